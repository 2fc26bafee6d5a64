import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import fc from 'fast-check';
import { type MutexHistory, readMutexHistory } from '../../scripts/bench-mutex/mutex-history';
import type { PartyEnd, Stay } from '../../scripts/bench-mutex/party';
import { type PartyHandle, Ring } from '../../scripts/bench-mutex/ring';
import { until } from './stage/ending';

/** How many schedules; a seed repeats those of a run that failed. */
const count = Number(process.env['HOLDFAST_REAL_SCHEDULES'] ?? 30);
const seed = Number(process.env['HOLDFAST_SEED'] ?? Date.now() % 1_000_000);
/** Each has a lock of its own. */
const together = 15;

const milliseconds = (most: number) => fc.integer({ min: 0, max: most });
const guests = fc.record({
  mode: fc.constantFrom('shared' as const, 'exclusive' as const),
  arrival: milliseconds(200),
  stay: milliseconds(80),
  lowered: fc.option(milliseconds(40), { nil: undefined }),
  wait: fc.constantFrom(300, 60_000, 60_000, 60_000),
  fate: fc.constantFrom('none' as const, 'none' as const, 'cancelled' as const, 'killed' as const, 'forced' as const),
  fateAt: milliseconds(300),
});
const schedules = fc.record({
  guests: fc.array(guests, { minLength: 2, maxLength: 6 }),
  linger: fc.constantFrom(1, 1_000),
  historyLimit: fc.constantFrom(0, 0, 30, 60),
});
type Guest = typeof guests extends fc.Arbitrary<infer G> ? G : never;
type Schedule = typeof schedules extends fc.Arbitrary<infer S> ? S : never;

interface Visit {
  readonly guest: Guest;
  readonly runId: string;
  /** undefined where it was killed. */
  readonly end: PartyEnd | undefined;
}

let ring: Ring;
beforeAll(async () => {
  ring = await Ring.open();
});
afterAll(() => ring.close());

test(`${count} random schedules keep every promise on a real server (seed ${seed})`, async () => {
  const waiting = fc.sample(schedules, { numRuns: count, seed }).entries();
  const problems: string[] = [];
  let runs = 0;
  const worker = async () => {
    for (const [nth, schedule] of waiting) {
      const lock = `schedule-${nth}`;
      const visits = await play(lock, schedule);
      const history = await historyOf(lock, visits);
      runs += history.runs;
      const found = [...unserved(visits), ...overlaps(visits), ...disorder(history, visits), ...history.breaches];
      if (found.length > 0) problems.push(`${lock}: ${found.join('; ')} in ${JSON.stringify(schedule)}`);
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
  expect(problems).toEqual([]);
  expect(runs).toBeGreaterThan(count); // mutexes continued as new, or ended and were started again
}, 600_000);

/** Everybody comes, and meets its fate; over when the lock is free again. */
async function play(lock: string, { guests, linger, historyLimit }: Schedule): Promise<Visit[]> {
  ring.tunings.set(lock, { linger, historyLimit, firstLook: 200, lastLook: 400 });
  const visits = await Promise.all(guests.map((guest) => visit(lock, guest)));
  await until(`${lock} free`, async () => (await ring.view(lock).then((view) => view?.holders.length ?? 0)) === 0);
  return visits;
}

async function visit(lock: string, guest: Guest): Promise<Visit> {
  const { mode, stay, wait, arrival } = guest;
  const lowered = mode === 'exclusive' ? guest.lowered : undefined;
  await sleep(arrival);
  const party = await ring.enter({ lock, mode, stay, wait, lowered, rounds: 1 });
  const { runId } = await party.describe();
  const [end] = await Promise.all([endOf(party), meetFate(lock, guest, party, runId)]);
  return { guest, runId, end };
}

async function meetFate(lock: string, { fate, fateAt }: Guest, party: PartyHandle, runId: string): Promise<void> {
  if (fate === 'none') return;
  await sleep(fateAt);
  const tooLate = () => undefined; // it has ended, or has no part in the lock any more
  if (fate === 'cancelled') await party.cancel().catch(tooLate);
  if (fate === 'killed') await party.terminate('by a test').catch(tooLate);
  const args: [object] = [{ runId, reason: 'by a test' }];
  if (fate === 'forced') await ring.mutex(lock).executeUpdate('forceRelease', { args }).catch(tooLate);
}

async function endOf(party: PartyHandle): Promise<PartyEnd | undefined> {
  try {
    return await party.result();
  } catch (error) {
    if (error instanceof WorkflowFailedError) return undefined;
    throw error;
  }
}

/** A run is listed some moments after it began: until then there are holds of which no history tells. */
async function historyOf(lock: string, visits: readonly Visit[]): Promise<MutexHistory> {
  const tokens = visits.flatMap(({ end }) => (end?.stays ?? []).map(({ token }) => token));
  return until(`the history of ${lock}`, async () => {
    const history = await readMutexHistory(ring.client, lock);
    return tokens.every((token) => history.granted.some((one) => one.token === token)) && history;
  });
}

/** Everyone alive who is patient and was left alone gets its turn. */
function unserved(visits: readonly Visit[]): string[] {
  const left = visits.filter(({ guest, end }) => {
    const mayLeave = guest.fate === 'cancelled' || guest.wait < 1_000 || guest.fate === 'forced';
    return guest.fate !== 'killed' && !mayLeave && end?.end !== 'served';
  });
  return left.map(({ runId, end }) => `${runId} ended as ${end?.end}`);
}

/** As those who hold saw it themselves; who lost its hold by force does not know, and is kept out by its token. */
function overlaps(visits: readonly Visit[]): string[] {
  const stays = visits.flatMap(({ guest, end }) => (guest.fate === 'forced' ? [] : (end?.stays ?? [])));
  const isBeside = (one: Stay, other: Stay) =>
    one.token !== other.token &&
    (one.mode === 'exclusive' || other.mode === 'exclusive') &&
    one.from < other.to &&
    other.from < one.to;
  const found = stays.flatMap((one, nth) => stays.slice(nth + 1).filter((other) => isBeside(one, other)));
  return found.map(({ token }) => `${token} held beside another`);
}

/** Tokens grow, and who asked first is granted first; who was put out of the queue by force has asked once more. */
function disorder({ asked, granted }: MutexHistory, visits: readonly Visit[]): string[] {
  const forced = visits.filter(({ guest }) => guest.fate === 'forced').map(({ runId }) => runId);
  const tokens = granted.map(({ token }) => token);
  const places = granted.filter(({ runId }) => !forced.includes(runId)).map(({ runId }) => asked.indexOf(runId));
  return [
    ...(isGrowing(tokens) ? [] : [`tokens in the order ${tokens.join(', ')}`]),
    ...(isGrowing(places) ? [] : [`served in the order ${places.join(', ')}`]),
  ];
}

function isGrowing(numbers: readonly number[]): boolean {
  return numbers.every((number, nth) => nth === 0 || number > (numbers[nth - 1] ?? number));
}
