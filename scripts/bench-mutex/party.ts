import {
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  makeContinueAsNewFunc,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { HoldMode } from '../../src/model/hold';
import { JobHold } from '../../src/workflows/hold';

export interface PartyPlan {
  readonly lock: string;
  readonly mode: HoldMode;
  /** How often it takes the hold and gives it back. */
  readonly rounds: number;
  /** How long it keeps it each time, in milliseconds; `held`: until it is told to go on. */
  readonly stay: number | 'held';
  /** How long before the end of each stay it lowers an exclusive hold, in milliseconds. */
  readonly lowered?: number;
  /** Milliseconds. */
  readonly wait: number;
}

/** One hold that a party had, in the mode that it had at that time; times in milliseconds since 1970. */
export interface Stay {
  readonly token: number;
  readonly mode: HoldMode;
  readonly from: number;
  readonly to: number;
}

export interface PartyEnd {
  readonly stays: readonly Stay[];
  readonly end: 'served' | 'cancelled' | 'locked-out';
}

const goOn = defineSignal('goOn');

/** A workflow that does nothing but hold a lock, by the same means as a job. */
export async function party(plan: PartyPlan): Promise<PartyEnd> {
  const told = listen();
  const stays: Stay[] = [];
  try {
    for (let round = 0; round < plan.rounds; round++) await holdOnce(plan, stays, told);
    return { stays, end: 'served' };
  } catch (error) {
    if (isCancellation(error)) return { stays, end: 'cancelled' };
    if ((error as { type?: string }).type === 'locked-out') return { stays, end: 'locked-out' };
    throw error;
  }
}

/** Takes a hold and continues as new with it. */
export async function wanderer(plan: PartyPlan): Promise<void> {
  await new JobHold({ ...plan, purpose: `wanderer of ${plan.lock}` }).take();
  await makeContinueAsNewFunc<typeof wandered>({ workflowType: 'wandered' })();
}

export async function wandered(): Promise<void> {
  await condition(listen());
}

async function holdOnce(plan: PartyPlan, stays: Stay[], told: () => boolean): Promise<void> {
  const { lock, mode, wait } = plan;
  const hold = new JobHold({ lock, mode, purpose: `party of ${lock}`, wait, above: stays.at(-1)?.token });
  try {
    await hold.take();
    await keep(hold, plan, stays, told);
  } finally {
    await CancellationScope.nonCancellable(() => hold.release());
  }
}

async function keep(hold: JobHold, { stay, lowered }: PartyPlan, stays: Stay[], told: () => boolean): Promise<void> {
  const note = async (work: () => Promise<unknown>) => {
    const { token, mode } = hold.current;
    const from = Date.now();
    await work().finally(() => stays.push({ token, mode, from, to: Date.now() }));
  };
  await note(() => (stay === 'held' ? condition(told) : pause(stay)));
  if (lowered === undefined) return;
  await hold.downgrade();
  await note(() => pause(lowered));
}

async function pause(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds);
}

function listen(): () => boolean {
  let told = false;
  setHandler(goOn, () => {
    told = true;
  });
  return () => told;
}
