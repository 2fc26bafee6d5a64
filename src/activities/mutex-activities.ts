import { type Client, QueryNotRegisteredError, type WorkflowHandle } from '@temporalio/client';
import { failure, HoldfastError } from '../model/errors';
import type { BoundedView, Hold, Holder, MutexState } from '../model/hold';
import { doingOf } from '../model/lock-words';
import { mutexMessages } from '../model/mutex-messages';
import { mutexId } from '../model/task-queues';
import { allEnded } from '../pipeline/all-ended';
import { asFailure } from './as-failure';
import type { ControlActivities } from './contract';
import { grantedByMutex } from './granted-by-mutex';
import { HoldRequests } from './hold-requests';
import { askingRun, readMutexInput } from './mutex-inputs';
import { orUndefined } from './or-undefined';

export type MutexActivities = Pick<
  ControlActivities,
  'requestHold' | 'confirmHold' | 'askForHold' | 'viewLock' | 'findClosedRuns'
>;

export interface MutexDependencies {
  /** The client of the worker that runs the step: `getClient` of @temporalio/activity. */
  readonly getClient: () => Client;
  /** Other times than the usual ones of the mutexes that are started, by lock: where the mutex is tested or measured. */
  readonly tuningOf?: (lock: string) => object | undefined;
}

interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

const closings = ['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT', 'CONTINUED_AS_NEW'];

/** How many runs are looked at together: a Temporal service limits its callers. */
const together = 8;

/** The steps of the restore mutex that a workflow cannot do itself. */
export function createMutexActivities(dependencies: MutexDependencies): MutexActivities {
  const { requestHold, confirmHold, askForHold, viewLock, findClosedRuns } = stepsOf(dependencies);
  return {
    requestHold: refusing('requestHold', requestHold),
    confirmHold: refusing('confirmHold', confirmHold),
    askForHold: refusing('askForHold', askForHold),
    viewLock: refusing('viewLock', viewLock),
    findClosedRuns: refusing('findClosedRuns', findClosedRuns),
  };
}

/** What is refused is not tried again, as everything else is. */
function refusing<Input, Output>(
  step: string,
  act: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return (input) =>
    act(input).catch((error) => {
      throw error instanceof HoldfastError ? asFailure(error, { step }) : error;
    });
}

function stepsOf({ getClient, tuningOf }: MutexDependencies): MutexActivities {
  const requests = new HoldRequests(tuningOf);
  return {
    async requestHold(input) {
      const { lock, request } = readMutexInput('requestHold', input);
      requireOwn('requestHold', request);
      await requests.send(getClient(), lock, request);
    },

    async confirmHold(input) {
      const { lock, since } = readMutexInput('confirmHold', input);
      return grantedByMutex(getClient(), { lock, since, ...askingRun() });
    },

    async askForHold(input) {
      const { lock } = readMutexInput('askForHold', input);
      const mutex = getClient().workflow.getHandle(mutexId(lock));
      return (await orUndefined(() => queryHold(mutex, askingRun().runId))) ?? null;
    },

    async viewLock(input) {
      const { lock, runId } = readMutexInput('viewLock', input);
      const handle = getClient().workflow.getHandle(mutexId(lock));
      return orUndefined(async () => {
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') return undefined;
        const state = await handle.query<BoundedView, [string?]>(mutexMessages.view, runId);
        return { ...state, doing: await doingBy(getClient(), state.holders) };
      });
    },

    async findClosedRuns(input) {
      const { runs } = readMutexInput('findClosedRuns', input);
      const open = await inTurns(runs, (run) => isOpen(getClient(), run));
      return runs.filter((_, place) => !open[place]).map(({ runId }) => runId);
    },
  };
}

/** A hold is asked for by the run that wants it. Rejects with `plan-contradicts`. */
function requireOwn(step: string, asked: Run): void {
  const { workflowId, runId } = askingRun();
  if (asked.workflowId === workflowId && asked.runId === runId) return;
  const own = `"${workflowId}", run "${runId}"`;
  throw failure('plan-contradicts', {
    step,
    job: workflowId,
    asked: `job "${asked.workflowId}", run "${asked.runId}"`,
    own,
  });
}

/** A mutex whose worker is of an earlier version knows only the other question. */
async function queryHold(mutex: WorkflowHandle, runId: string): Promise<Hold | null> {
  try {
    return await mutex.query<Hold | null, [string]>(mutexMessages.holdOf, runId);
  } catch (error) {
    if (!(error instanceof QueryNotRegisteredError)) throw error;
    const { lock, holders } = await mutex.query<MutexState>(mutexMessages.view);
    const holder = holders.find((one) => one.runId === runId);
    return holder ? { lock, mode: holder.mode, token: holder.token } : null;
  }
}

/** What the jobs that hold are doing. It is for people only, so that what cannot be told is left out. */
async function doingBy(client: Client, holders: readonly Holder[]): Promise<Record<string, string>> {
  const told = await inTurns(holders.slice(0, together), async ({ workflowId, runId }) => {
    const doing = await client.workflow
      .getHandle(workflowId, runId)
      .describe()
      .then(doingOf, () => undefined);
    return doing === undefined ? [] : [[runId, doing] as const];
  });
  return Object.fromEntries(told.flat());
}

async function inTurns<T, R>(all: readonly T[], look: (one: T) => Promise<R>): Promise<R[]> {
  const seen: R[] = [];
  for (let start = 0; start < all.length; start += together)
    seen.push(...(await allEnded(all.slice(start, start + together).map(look))));
  return seen;
}

/** A paused run is open, and so is one that continued as new and whose last run is open. */
async function isOpen(client: Client, { workflowId, runId }: Run): Promise<boolean> {
  const run = await look(client, workflowId, runId);
  if (run?.status !== 'CONTINUED_AS_NEW') return isRunning(run?.status);
  const last = await look(client, workflowId);
  return isRunning(last?.status) && last?.chain === run.chain;
}

/** A status that this version does not know says nothing, so the run counts as open. */
function isRunning(status: string | undefined): boolean {
  return status !== undefined && !closings.includes(status);
}

/** undefined where there is no such run: a run that is open is always known. Runs that continue each other are one chain. */
async function look(client: Client, workflowId: string, runId?: string) {
  return orUndefined(async () => {
    const { status, raw } = await client.workflow.getHandle(workflowId, runId).describe();
    return { status: status.name as string, chain: raw.workflowExecutionInfo?.firstRunId };
  });
}
