import type { HoldMode } from '../../../src/model/hold';
import { type Ending, endingOf, until } from './ending';
import { backupPlan, timeouts } from './plans';
import { gate, type Script } from './script';
import type { Show, Stage } from './stage';

/** A job that keeps its hold until it is told to go on. */
export interface Party extends Show {
  readonly runId: string;
  readonly ended: Promise<Ending>;
  goOn(): void;
  /** Whether it has had its hold. */
  holds(): boolean;
  token(): number;
}

export interface PartyOptions {
  /** Milliseconds. */
  readonly wait?: number;
  readonly script?: Script;
}

/** Starts a job that holds `lock` while it dumps. */
export async function arrive(
  stage: Stage,
  id: string,
  lock: string,
  mode: HoldMode,
  { wait = timeouts.lockWait, script = {} }: PartyOptions = {},
): Promise<Party> {
  const door = gate();
  const online = { mode: 'online', transfer: 'streamed', hooks: { before: false, after: false } } as const;
  const plan = backupPlan(id, { ...online, holdMode: mode, lock, timeouts: { ...timeouts, lockWait: wait } });
  const show = await stage.start(plan, { runDump: door.behaviour, ...script });
  const ended = endingOf(show);
  return {
    ...show,
    runId: (await show.handle.describe()).runId,
    ended,
    goOn: door.open,
    holds: () => show.performance.calls.includes('runDump'),
    token: () => show.performance.steps[0]?.hold.token ?? 0,
  };
}

/** The same, once it is in the queue or through it. */
export async function queued(
  stage: Stage,
  id: string,
  lock: string,
  mode: HoldMode,
  options: PartyOptions = {},
): Promise<Party> {
  const party = await arrive(stage, id, lock, mode, options);
  await until(`${id} in the queue`, async () => (await stage.parties(lock)).includes(id));
  return party;
}

export async function holding(party: Party): Promise<Party> {
  await until(`${party.jobId} holding`, () => party.holds());
  return party;
}
