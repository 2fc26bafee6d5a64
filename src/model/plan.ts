import type { ErrorCode } from './errors';
import type { HoldMode } from './hold';
import type { BackupType, Compression, Mode, OnError, Transfer } from './job-request';
import type { Artefact } from './manifest';

/** The unit chosen for a job and the agent that serves it. */
export interface UnitPlan {
  readonly name: string;
  readonly agent: string;
  readonly taskQueue: string;
}

/** Where a job's artefacts are, in public words: no key, no password. */
export interface PlacePlan {
  readonly storage: string;
  readonly storageInterface: string;
  /** Redacted. */
  readonly storageConfig: Readonly<Record<string, unknown>>;
  /** Of the backup (or of the restore's logs), for people and results: `s3://bucket/prefix/shop/backups/<id>/`. */
  readonly artefactPath: string;
}

/** All in milliseconds. */
export interface JobTimeouts {
  /** One long step: dump, upload, load, verify. */
  readonly work: number;
  /** How long an agent may stay silent before its host counts as dead. */
  readonly heartbeat: number;
  /** How long a step may wait for its agent before anything was touched. */
  readonly agentStart: number;
  /** One stop, start, fence or swap. */
  readonly service: number;
  /** How long bringing the database back up is tried before a person is called. */
  readonly recovery: number;
  readonly hook: number;
  /** The wait for the lock. 0: fail at once. */
  readonly lockWait: number;
  /** The watchdog starts the database after this, if its job cannot. */
  readonly maxDowntime: number;
}

interface CommonPlan {
  readonly jobId: string;
  readonly database: string;
  readonly engine: string;
  readonly unit: UnitPlan;
  readonly place: PlacePlan;
  readonly lock: string;
  readonly method: string;
  readonly timeouts: JobTimeouts;
  readonly origin: string;
  readonly plannedAt: string;
}

/** What a backup will do, fixed before anything is touched. No secret in it: agents resolve those from their own configuration. */
export interface BackupPlan extends CommonPlan {
  readonly jobType: 'backup';
  readonly backupId: string;
  readonly type: BackupType;
  readonly mode: Mode;
  readonly transfer: Transfer;
  readonly holdMode: HoldMode;
  readonly compression: Compression;
  readonly compressionLevel: number;
  readonly jobs: number;
  readonly hooks: { readonly before: boolean; readonly after: boolean };
  /** Refuse where anything would be missing; absent in plans of older versions. */
  readonly requireComplete?: boolean;
  readonly name?: string;
  readonly description?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export type RestoreTarget = { readonly kind: 'in-place' } | { readonly kind: 'beside'; readonly name: string };

/** A sealed backup that could not be read, and why. */
export interface SkippedBackup {
  readonly backupId: string;
  readonly reason: string;
}

/** What a restore will do. The manifest is pinned by its digest and read again by the agent, since facts can be large. */
export interface RestorePlan extends CommonPlan {
  readonly jobType: 'restore';
  readonly backupId: string;
  readonly manifestSha256: string;
  readonly artefacts: readonly Artefact[];
  readonly backupFinishedAt: string;
  /** Newer ones that were passed over, as asked for. */
  readonly skipped?: readonly SkippedBackup[];
  readonly serverVersion: string;
  readonly target: RestoreTarget;
  /**
   * Of plans that older versions made: they gave the old data up before the new was loaded. A request's `replace` is `keepPrevious: 0` now, which older agents
   * understand as well.
   */
  readonly replace: boolean;
  /** How the swap is done, from the engine's capabilities: renaming databases needs a fence, renaming directories a stop. */
  readonly swap: 'fence' | 'stop';
  /** How long the data set aside is kept, in milliseconds; 0 drops it at once. */
  readonly keepPrevious: number;
  readonly jobs: number;
  /** `aside-first`: the old database is set aside before the new one is loaded under its name, and is out of service meanwhile; beside it if absent. */
  readonly way?: 'aside-first';
  /** Loaded to be thrown away: nothing live is ever touched. */
  readonly trial?: true;
  /** `continue`: what does not load is left out and told; `stop` if absent. */
  readonly onError?: OnError;
  /** What differs from the manifest is told, and the old data kept, instead of going back to it. */
  readonly acceptDifferences?: boolean;
  readonly hooks: { readonly before: boolean; readonly after: boolean };
  /** Bytes to fetch, and the size of the data in the server as the manifest has it. */
  readonly sizes: { readonly stored: number; readonly data: number };
  /** What will happen, one line each, for people. */
  readonly summary: readonly string[];
}

export interface VerifyPlan extends CommonPlan {
  readonly jobType: 'verify';
  readonly backupId: string;
  readonly manifestSha256: string;
  readonly artefacts: readonly Artefact[];
  /** Newer ones that were passed over, as asked for. */
  readonly skipped?: readonly SkippedBackup[];
  /** Load it too, into a database that is thrown away. */
  readonly load?: { readonly jobs: number };
}

export type JobPlan = BackupPlan | RestorePlan | VerifyPlan;

/** How a job ended badly, as carried by failures and records. */
export interface JobFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly exit: number;
}
