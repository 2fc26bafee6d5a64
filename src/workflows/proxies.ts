import { type ActivityOptions, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/contract';
import type { JobTimeouts, UnitPlan } from '../model/plan';

/** The default of the SDK lets a workflow run on while the cancelled step still works. */
const cancellationType = 'WAIT_CANCELLATION_COMPLETED';

/** Which failures are tried again is said by the failure itself; without a cap on attempts, since a worker's shutdown uses one up. */
const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const;

const minute = 60_000;

/** A control worker counts as dead after this silence, as an agent's host does. */
const heartbeatTimeout = '30s';

export const planning = proxyActivities<Pick<ControlActivities, 'planBackup' | 'planRestore' | 'planVerify'>>({
  startToCloseTimeout: '2m', // lists a repository and reads manifests
  heartbeatTimeout, // a person may be waiting
  scheduleToCloseTimeout: '3m', // a storage that stays away this long refuses the job: nothing was touched, and a person may be waiting
  cancellationType,
  retry,
});

export const locking = proxyActivities<
  Pick<ControlActivities, 'requestHold' | 'askForHold' | 'viewLock' | 'findClosedRuns'>
>({
  startToCloseTimeout: '30s', // one signal, one query, or a handful of look-ups
  scheduleToCloseTimeout: '10m', // Temporal answered when it started the step, so it will again
  cancellationType,
  retry,
});

/** Within the workflow's own task: a hand-over is as fast as it was. It asks Temporal alone, so that no other workflow has to have a turn first. */
export const confirming = proxyLocalActivities<Pick<ControlActivities, 'confirmHold'>>({
  startToCloseTimeout: '5s', // a page of a history
  scheduleToCloseTimeout: '8s', // then the mutex itself is asked
  cancellationType,
});

export const recording = proxyActivities<Pick<ControlActivities, 'recordJob' | 'recordRefusal'>>({
  startToCloseTimeout: '1m', // one small object
  heartbeatTimeout, // the job stays open meanwhile
  scheduleToCloseTimeout: '3m', // a dead storage must not keep a finished job open
  cancellationType,
  retry,
});

/** How long a step may take, and how long it is tried; every agent step is of one of these kinds. */
export type StepKind =
  | 'check'
  | 'hook'
  | 'lastHook'
  | 'service'
  | 'work'
  | 'reading'
  | 'store'
  | 'recover'
  | 'verdict'
  | 'tidy';

/** All times in milliseconds. */
export interface AgentOptions extends ActivityOptions {
  readonly scheduleToStartTimeout?: number;
  readonly startToCloseTimeout: number;
  readonly scheduleToCloseTimeout: number;
}

/** Options of the steps on a unit's agent, per kind. */
export function agentOptions(unit: UnitPlan, timeouts: JobTimeouts): Readonly<Record<StepKind, AgentOptions>> {
  const { work, heartbeat, agentStart, service, recovery, hook } = timeouts;
  const common = {
    taskQueue: unit.taskQueue,
    heartbeatTimeout: heartbeat, // a host counts as dead after this silence
    cancellationType,
    retry,
  } as const;
  return {
    check: {
      ...common,
      scheduleToStartTimeout: agentStart, // nothing was touched yet: an agent that is not there refuses the job
      startToCloseTimeout: 5 * minute, // looks at versions, sizes and a small object
      scheduleToCloseTimeout: 10 * minute + agentStart, // what does not answer until then refuses the job
    },
    hook: {
      ...common,
      startToCloseTimeout: hook + minute, // the agent ends the script itself; its word comes first
      scheduleToCloseTimeout: 2 * hook + recovery, // one more run after a host that died
    },
    lastHook: {
      ...common,
      scheduleToStartTimeout: agentStart, // a dead host must not keep a finished job open
      startToCloseTimeout: hook + minute, // as above
      scheduleToCloseTimeout: 2 * hook + 10 * minute, // as above
    },
    service: {
      ...common,
      scheduleToStartTimeout: Math.max(recovery, agentStart), // as for long work; and then it is known that nobody took it
      startToCloseTimeout: service + minute, // the agent gives up first and says why
      scheduleToCloseTimeout: 2 * service + recovery, // the host may come back
      retry: { ...retry, maximumAttempts: 5 }, // the database is out of service meanwhile: better undone than tried for ever
    },
    work: {
      ...common,
      scheduleToStartTimeout: Math.max(recovery, agentStart), // a host that died has this long to come back and go on
      startToCloseTimeout: work, // as long as the configuration allows
      scheduleToCloseTimeout: 2 * work, // once more from the start after a host that died
    },
    reading: {
      ...common,
      scheduleToStartTimeout: agentStart, // touches no database, so better told soon than waited for
      startToCloseTimeout: work, // as long as the configuration allows
      scheduleToCloseTimeout: 2 * work, // once more from the start after a worker's restart
    },
    store: {
      ...common,
      scheduleToStartTimeout: Math.max(recovery, agentStart), // as above
      startToCloseTimeout: 10 * minute, // small objects over a slow line
      scheduleToCloseTimeout: work, // a storage's outage is waited out: the long work is done already
    },
    recover: {
      ...common,
      startToCloseTimeout: service + minute, // the agent gives up first and says why
      scheduleToCloseTimeout: recovery, // then a person is called
    },
    verdict: {
      ...common,
      startToCloseTimeout: service + minute, // the agent waits for the server itself
      scheduleToCloseTimeout: recovery, // the host may come back
      retry: { ...retry, nonRetryableErrorTypes: ['health-failed', 'start-failed', 'unfence-failed'] }, // the old data waits
    },
    tidy: {
      ...common,
      scheduleToStartTimeout: agentStart, // a dead host must not keep a finished job open
      startToCloseTimeout: 5 * minute, // a small upload, or a folder removed
      scheduleToCloseTimeout: 10 * minute, // worth some retries, not more
    },
  };
}
