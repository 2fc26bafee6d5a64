import type { RestorePlan } from '../model/plan';
import type { JobLog } from '../pipeline/pipeline';
import type { Books } from './books';
import { type Downtime, totalMs } from './downtimes';
import { makeDown } from './make-down';
import type { OpenUnit } from './open-unit';
import type { StopEntry } from './stop-entry';
import { untilHealthy } from './until-healthy';

/** What a slow step before leaves to the next one, in milliseconds. */
const leastPatience = 1_000;

export interface BroughtUp {
  /** All that this job cost until now, in milliseconds. */
  readonly downtimeMs: number;
  /** It was stopped before the job, so it was left so. */
  readonly leftStopped: boolean;
}

/**
 * Undoes what an entry says was done: a half-done swap is turned back, the service started if it ran before (or has restored data to serve), the
 * fence lifted, the health checked; only then the entry goes. Harmless to repeat. Call it inside `exclusively`.
 */
export async function bringUp(books: Books, database: string, entry: StopEntry, unit: OpenUnit): Promise<BroughtUp> {
  const { engine, context } = unit;
  const until = Date.now() + entry.plan.timeouts.service;
  const settled = entry.swap === 'begun' ? await turnBack(books, database, entry, unit) : entry;
  const leftStopped = settled.service === 'stopped' && settled.swap !== 'done';
  if (settled.service && !leftStopped) await start(unit, until - Date.now());
  if (settled.fence) await engine.unfence(context, settled.fence);
  const patience = Math.max(until - Date.now(), leastPatience);
  // what this job has not stopped is not this job's to start
  if (settled.service && !leftStopped) await untilHealthy(unit, patience);
  else if (!leftStopped) await engine.checkHealth(context, patience);
  return close(books, database, settled, unit, leftStopped);
}

/** The same for a job that will not look after itself any more: restored data that does not start makes way for the old. */
export async function rescue(books: Books, database: string, entry: StopEntry, unit: OpenUnit): Promise<BroughtUp> {
  try {
    return await bringUp(books, database, entry, unit);
  } catch (error) {
    if (entry.swap !== 'done') throw error;
    unit.context.log.line('holdfast', `the restored data is not healthy, turning back: ${String(error)}`);
    return bringUp(books, database, await turnBack(books, database, entry, unit), unit);
  }
}

async function turnBack(books: Books, database: string, entry: StopEntry, unit: OpenUnit): Promise<StopEntry> {
  const { swap, ...turned } = entry;
  // Directories are only renamed under a server that is down, also if something started it meanwhile.
  if (entry.service) await makeDown(unit, entry.plan.timeouts.service);
  await unit.engine.swapBack(unit.context, entry.plan as RestorePlan);
  await books.ledger.put(database, turned);
  unit.context.log.line('holdfast', `turned back the swap of job "${entry.jobId}" (${swap})`);
  return turned;
}

/** The database is up: a disk that is full must not make that a failure. */
async function note({ downtimes }: Books, database: string, cost: Downtime, log: JobLog): Promise<Downtime> {
  try {
    return await downtimes.add(database, cost);
  } catch (error) {
    log.line('holdfast', `WARNING: what this downtime cost could not be noted: ${String(error)}`);
    return cost;
  }
}

async function start({ context }: OpenUnit, timeout: number): Promise<void> {
  const { service, signal, log } = context;
  await service.start({ signal, log, timeout: Math.max(timeout, leastPatience) });
}

async function close(
  books: Books,
  database: string,
  entry: StopEntry,
  { context }: OpenUnit,
  leftStopped: boolean,
): Promise<BroughtUp> {
  const { jobId, unit, since } = entry;
  const spells = leftStopped ? {} : { [since]: Date.now() - Date.parse(since) };
  const downtime = await note(books, database, { jobId, unit, spells, leftStopped }, context.log);
  await books.ledger.remove(database, unit);
  const text = leftStopped ? 'left stopped, as it was before the job' : 'back in service, healthy';
  context.log.line('holdfast', `unit "${unit}": ${text}`);
  return { downtimeMs: totalMs(downtime), leftStopped };
}
