import { setTimeout as sleep } from 'node:timers/promises';
import { failedOutcome, type JobOutcome } from '../../src/client/job-outcome';
import type { JobResult } from '../../src/model/interface-job';
import type { Before, Ended } from './ended';
import { isRestore } from './ended';
import type { Cell, Fault, Parked } from './fault';
import type { Lane } from './field';
import { damage, digestOf } from './field/content';
import { forgetEarlierJobs } from './field/earlier-jobs';
import { sweepBeside } from './field/left-beside';
import type { OpenField } from './field/open-field';
import { withSeal } from './field/sealed-backups';
import { judge } from './judge';
import { isParked, letGo, sendOff } from './parking';

/** What became of one cell: what does not hold, or nothing. */
export interface CellResult {
  readonly cell: Cell;
  readonly jobId: string;
  readonly lane: string;
  /** Sentences, each beginning with the invariant's name. */
  readonly wrong: readonly string[];
  /** How the job ended, for a person. */
  readonly end: string;
}

/** The cell says nothing then, and the field is as good as before. */
export const neverCame = 'the job never came to its gate';

const parkingPatience = 120_000;
/** Longer than any end may take: agents that come back after 45 s, retries, a cold start. */
const endPatience = 240_000;

interface Begun extends Parked {
  readonly before: Before;
}

/** Runs one job per cell, each in a lane of its own, strikes all of them, and looks what became of them. Rejects only where the field is of no use any more. */
export async function runBatch(field: OpenField, fault: Fault, cells: readonly Cell[]): Promise<CellResult[]> {
  const begins = await Promise.allSettled(assign(field, cells).map((parked) => begin(field, fault, parked)));
  const begun = begins.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = begins.find((each) => each.status === 'rejected');
  if (failed) {
    await abandon(field, begun);
    throw failed.reason;
  }
  const there = await Promise.all(begun.map((each) => isParked(field, each, parkingPatience)));
  const parked = begun.filter((_, place) => there[place]);
  const missed = begun.filter((_, place) => !there[place]);
  await Promise.all(missed.map((each) => letGo(field, each)));
  await fault.strike?.(field, parked);
  await Promise.all(parked.map((each) => letGo(field, each)));
  await fault.heal?.(field, parked);
  const ends = await Promise.all(parked.map((each) => endOf(field, fault, each)));
  const results = await judge(
    field,
    fault,
    ends.filter((end) => end !== undefined),
  );
  const endless = parked.filter((_, place) => ends[place] === undefined);
  await Promise.all(missed.map((each) => endOf(field, fault, each)));
  for (const { lane } of begun) await fault.tidy?.(lane, field);
  const without = (some: readonly Begun[], wrong: string) =>
    some.map((each) => ({ ...tellOf(each), wrong: [wrong], end: '' }));
  return [...results, ...without(missed, neverCame), ...without(endless, `did not end within ${endPatience / 1000} s`)];
}

/** Ends what was begun: the field will not be used any more. */
async function abandon({ client }: OpenField, begun: readonly Begun[]): Promise<void> {
  for (const { jobId } of begun)
    await client.workflow
      .getHandle(jobId)
      .terminate('its batch could not begin')
      .catch(() => {});
}

/** One job without gate or fault, in the first lane: what the invariants say of it is what they say of a good end. */
export async function runFree(field: OpenField): Promise<Ended> {
  const [lane] = field.lanes;
  if (lane === undefined) throw new Error('a field without lanes');
  const cell: Cell = { fault: 'none', scenario: lane.scenario, step: 'none', moment: 'start' };
  const none: Fault = { name: 'none', title: 'none', strikesAt: () => true, expect: () => ({ ending: 'success' }) };
  const ended = await endOf(field, none, await begin(field, none, { cell, lane, jobId: `${lane.name}-free` }));
  if (ended === undefined) throw new Error('a job that nothing happened to does not end');
  return ended;
}

function tellOf({ cell, jobId, lane }: Parked) {
  return { cell, jobId, lane: lane.name };
}

let jobs = 0;

/** Each cell gets a lane of its scenario that no other cell has. */
function assign({ lanes }: OpenField, cells: readonly Cell[]): Parked[] {
  const free = [...lanes];
  return cells.map((cell) => {
    const place = free.findIndex(({ scenario }) => scenario === cell.scenario);
    const [lane] = place < 0 ? [] : free.splice(place, 1);
    if (lane === undefined) throw new Error(`no lane is left for ${cell.scenario}`);
    jobs += 1;
    const jobId = [lane.name, cell.fault, cell.step.replace(':', '-'), cell.moment, jobs].join('-');
    return { cell, lane, jobId };
  });
}

async function begin(field: OpenField, fault: Fault, parked: Parked): Promise<Begun> {
  const { lane, cell } = parked;
  await Promise.all([sweepBeside(lane), forgetEarlierJobs(lane)]);
  if (isRestore(parked)) await makeDamaged(lane);
  const [digest, sealed] = await Promise.all([digestOf(lane.postgres.client(lane.database)), withSeal(lane)]);
  await fault.prepare?.(lane, cell, field);
  await sendOff(field, parked, fault.silent);
  return { ...parked, before: { digest, sealed: sealed.map(({ id }) => id) } };
}

/** A restore has something to bring back. */
async function makeDamaged({ postgres, database, original }: Lane): Promise<void> {
  const content = postgres.client(database);
  if ((await digestOf(content)) === original) await damage(content);
}

/** Undefined where it does not end. */
async function endOf(field: OpenField, fault: Fault, begun: Begun): Promise<Ended | undefined> {
  const handle = field.client.workflow.getHandle(begun.jobId);
  const outcome = await Promise.race([outcomeOf(field, begun), sleep(endPatience, undefined, { ref: false })]);
  if (outcome === undefined) {
    await handle.terminate('the harness has waited long enough').catch(() => {});
    return undefined;
  }
  const { status } = await handle.describe();
  const history = await handle.fetchHistory();
  return { ...begun, expectation: fault.expect(begun.cell), status: status.name, outcome, history };
}

async function outcomeOf({ client }: OpenField, { jobId, lane, cell }: Begun): Promise<JobOutcome> {
  const job = { jobId, type: isRestore({ cell }) ? 'restore' : 'backup', database: lane.name };
  try {
    const result: JobResult = await client.workflow.getHandle(jobId).result();
    return { status: 'success', result };
  } catch (error) {
    return failedOutcome(job, error);
  }
}
