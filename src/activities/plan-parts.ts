import type { DatabaseConfig, UnitConfig } from '../config/database-schema';
import type { Config } from '../config/schema';
import type { JobTimeouts, PlacePlan, UnitPlan } from '../model/plan';
import { agentQueue } from '../model/task-queues';
import type { Storage } from '../storage/storage';
import type { Engines } from './configured';
import type { Storages } from './storages';

/** What planning works from. */
export interface PlanningDependencies {
  readonly config: Config;
  readonly engines: Engines;
  readonly storages: Storages;
}

const seconds = 1_000;
const minutes = 60_000;

/** `work` is the configured limit of the long steps; `wait` the request's own patience with the lock, in seconds. */
export function timeoutsOf(config: DatabaseConfig, work: number, wait: number | undefined): JobTimeouts {
  const maxDowntime = config.backup['max-downtime'];
  return {
    work,
    heartbeat: 30 * seconds, // a dead host is noticed within a minute; an outage of Temporal ends attempts, not work
    agentStart: 60 * seconds, // a worker's restart takes seconds, and nothing was touched yet
    service: 10 * minutes, // a large server's shutdown checkpoint, or its crash recovery
    recovery: Math.max(config.backup.recovery, maxDowntime), // the watchdog goes on after that; a person is told then
    hook: config.hooks.timeout,
    lockWait: wait === undefined ? config['lock-wait'] : wait * seconds,
    maxDowntime,
  };
}

export function unitPlanOf({ name, agent }: UnitConfig): UnitPlan {
  return { name, agent, taskQueue: agentQueue(agent) };
}

/** `folder` is the key of what the job makes or reads, below the storage's own place. */
export function placeOf(storage: Storage, folder: string): PlacePlan {
  return {
    storage: storage.name,
    storageInterface: storage.kind,
    storageConfig: storage.redacted,
    artefactPath: storage.place + folder,
  };
}
