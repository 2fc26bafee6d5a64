import type { Hold, HoldRequest, LockView, MutexState } from '../model/hold';
import type { JobResult } from '../model/interface-job';
import type { JobRecord } from '../model/job-record';
import type { BackupRequest, RestoreRequest, VerifyRequest } from '../model/job-request';
import type { LeftOut } from '../model/left-out';
import type { Artefact, MissingPart } from '../model/manifest';
import type { BackupPlan, JobFailure, JobPlan, RestorePlan, VerifyPlan } from '../model/plan';

/** Every step fails with an ApplicationFailure whose type is a code of the error table and whose first detail is a JobFailure. */

export interface JobIdentity {
  readonly jobId: string;
  readonly runId: string;
}

/** A job that ended before under this id is answered from its record; nothing is done again. */
export type Planned<P> =
  | { readonly kind: 'plan'; readonly plan: P }
  | { readonly kind: 'finished'; readonly record: JobRecord };

/** Steps on the control queue. All idempotent. */
export interface ControlActivities {
  planBackup(input: { request: BackupRequest } & JobIdentity): Promise<Planned<BackupPlan>>;
  planRestore(input: { request: RestoreRequest } & JobIdentity): Promise<Planned<RestorePlan>>;
  planVerify(input: { request: VerifyRequest } & JobIdentity): Promise<Planned<VerifyPlan>>;
  /** Signals the restore mutex, and starts it with the last token of its last run where it does not run; asking twice does not queue twice. */
  requestHold(input: { lock: string; request: HoldRequest }): Promise<void>;
  /** The hold of which the mutex itself has told the run that asks, after this event of its history; null where it cannot be proved. */
  confirmHold(input: { lock: string; since: number }): Promise<Hold | null>;
  /** What the mutex answers to the run that asks about its hold; null where it has none. */
  askForHold(input: { lock: string }): Promise<Hold | null>;
  /** Who holds and who waits now, and what those who hold are doing; undefined where the mutex does not run. Of a crowd the first ones, and `runId`. */
  viewLock(input: { lock: string; runId?: string }): Promise<LockView | undefined>;
  /** Of these runs, the ones that are closed (continued-as-new excluded) or unknown. */
  findClosedRuns(input: { runs: readonly { workflowId: string; runId: string }[] }): Promise<readonly string[]>;
  /** Writes `jobs/<job-id>.json`; the first one written stays. */
  recordJob(input: { record: JobRecord; storage: string }): Promise<void>;
  /** The same for a job that got no plan; resolves to its result, which names the storage where the database is known. */
  recordRefusal(input: {
    refusal: JobResult;
    request: Readonly<Record<string, unknown>>;
    runId: string;
  }): Promise<JobResult>;
}

export interface BackupStep {
  readonly plan: BackupPlan;
  readonly hold: Hold;
  readonly runId: string;
}
export interface RestoreStep {
  readonly plan: RestorePlan;
  readonly hold: Hold;
  readonly runId: string;
}
export type DatabaseStep = BackupStep | RestoreStep;
export interface VerifyStep {
  readonly plan: VerifyPlan;
  readonly runId: string;
}
export type JobStep = DatabaseStep | VerifyStep;

export interface Checked {
  readonly serverVersion: string;
  readonly systemIdentifier: string;
  readonly toolVersions: Readonly<Record<string, string>>;
  readonly dataBytes: number;
  /** What the backup will lack; absent where nothing, and from older versions. */
  readonly missing?: readonly MissingPart[];
}

export interface Dumped {
  /** Streamed: complete and stored. Staged: in the spool; sizes and hashes become known when they are uploaded. */
  readonly artefacts: readonly Artefact[];
  readonly staged: boolean;
  /** Of the facts as they were put beside the artefacts; they themselves may be larger than a history takes. */
  readonly factsSha256: string;
  /** Of Holdfast, as it made the copy: whoever seals it may be another. Absent where an older one made it. */
  readonly holdfastVersion?: string;
  /** What a restore will have trouble with, as far as it is known; the first of it. */
  readonly warnings?: readonly string[];
  /** What turned out to be missing; where absent, what the check said. */
  readonly missing?: readonly MissingPart[];
  readonly timeline: number | null;
  readonly lsnStart: string | null;
  readonly lsnStop: string | null;
  readonly startedAt: string;
  readonly finishedAt: string;
}

export interface LoadedBackup extends LoadNotes {
  readonly location: string;
  readonly timeline?: number;
}

/** What a trial found. */
export interface TrialLoad extends LoadNotes {
  readonly seconds: number;
  /** What works under the database's own name alone, so that a trial cannot prove it. */
  readonly bound: readonly string[];
}

/** What a load has to tell. */
export interface LoadNotes {
  readonly warnings?: readonly string[];
  /** The first of what did not load; only where the plan says to go on. The log has all. */
  readonly leftOut?: readonly LeftOut[];
  /** How much did not load. */
  readonly leftOutCount?: number;
}

export type HookName = 'run-before-backup' | 'run-after-backup' | 'run-before-restore' | 'run-after-restore';

/** Steps on an agent's queue. All may run twice and after any interruption; those that touch the database show their hold to the ledger. */
export interface AgentActivities {
  /** Preflight (C1, C2, C11); for a restore also the space for old and new data. */
  checkDatabase(step: DatabaseStep): Promise<Checked>;
  /** Probe the storage (C3), claim the repository (C15, backups only), sweep our orphaned uploads. */
  checkStorage(step: DatabaseStep & { checked: Checked }): Promise<StorageChecked>;
  runHook(step: DatabaseStep & { hook: HookName; outcome?: string }): Promise<void>;
  /** Ledger entry first, then the stop; resolves when the database is down. Returns when it went down (ISO). */
  stopDatabase(step: DatabaseStep): Promise<{ downSince: string }>;
  /** Ledger entry first, then the fence; `drain` ends existing connections (restores). */
  fenceDatabase(step: DatabaseStep & { drain: boolean }): Promise<{ downSince: string }>;
  runDump(step: BackupStep): Promise<Dumped>;
  /** Starts what the ledger says this job stopped (or nothing), waits until it answers, removes the entry. Resolves to the downtime in ms. */
  startDatabase(step: DatabaseStep): Promise<{ downtimeMs: number }>;
  unfenceDatabase(step: DatabaseStep): Promise<{ downtimeMs: number }>;
  checkHealth(step: DatabaseStep): Promise<void>;
  /** Staged only; resumable. Resolves to the artefacts with their stored sizes and hashes. */
  uploadArtefacts(step: BackupStep & { dumped: Dumped }): Promise<readonly Artefact[]>;
  /** Uploads the job's log; on success and on failure. */
  uploadLogs(step: JobStep & { outcome: 'success' | 'error'; failure?: JobFailure }): Promise<void>;
  /** Manifest, then the completion marker: the commit point. */
  sealBackup(
    step: BackupStep & { checked: Checked; dumped: Dumped; artefacts: readonly Artefact[]; downtimeMs: number },
  ): Promise<{ bytes: number; storedBytes: number }>;
  /** Removes the job's work folder and, after a failure, unfinished uploads of it. `keepLog`: nobody else has its log, so it is kept here, and where is told. */
  cleanSpool(step: JobStep & { failed: boolean; keepLog?: boolean }): Promise<{ keptLog?: string }>;

  /** Fetch, decrypt, verify every byte, load beside the live data, compare what can be compared there. */
  loadBackup(step: RestoreStep): Promise<LoadedBackup>;
  discardLoaded(step: RestoreStep): Promise<void>;
  /** With what the load had to tell, where that is a part of it. */
  swapDatabase(step: RestoreStep): Promise<{ previous?: string } & LoadNotes>;
  swapBack(step: RestoreStep): Promise<void>;
  /** Fails with `restore-differs` naming the differences, or resolves to them where the plan accepts them. Older agents resolve to nothing. */
  compareDatabase(step: RestoreStep): Promise<{ readonly warnings: readonly string[] } | undefined>;
  dropPrevious(step: RestoreStep): Promise<void>;

  /** Reads a backup back: every checksum, and the engine's own table of contents. Resolves to notes for people. */
  verifyBackup(step: VerifyStep): Promise<{ bytes: number; notes: readonly string[] }>;
  /** Loads a backup beside the live data for a trial, compares, and throws it away. Resolves to what a restore would not bring back. */
  tryLoad(step: VerifyStep & { hold: Hold }): Promise<TrialLoad>;
  /** For doctor: everything checkDatabase and checkStorage look at, on this agent, without a job. Resolves to problems, empty when well. */
  diagnose(input: { database: string; unit: string }): Promise<readonly Diagnosis[]>;
}

/** Empty from an agent of an earlier version. */
export interface StorageChecked {
  readonly warnings?: readonly string[];
}

export interface Diagnosis {
  readonly subject: string;
  readonly ok: boolean;
  /** It works, and somebody should know something of it. */
  readonly limited?: boolean;
  readonly message: string;
  readonly remedy?: string;
}

/** Workflow types and their inputs and results, for clients. */
export interface Workflows {
  backup(request: BackupRequest): Promise<JobResult>;
  restore(request: RestoreRequest): Promise<JobResult>;
  verify(request: VerifyRequest): Promise<JobResult>;
  /** Plans a restore and checks it on the agent; touches nothing, takes no hold. */
  restorePlan(request: RestoreRequest): Promise<RestorePlan>;
  /** Runs `diagnose` on a unit's agent. */
  checkup(input: { database: string; unit: string; taskQueue: string }): Promise<readonly Diagnosis[]>;
  /** Resolves to the last token it gave. */
  restoreMutex(state: MutexState): Promise<number>;
  /** Sleeps for keep-previous, then drops the data that a restore set aside. */
  dropPrevious(step: RestoreStep): Promise<void>;
}

export type AnyPlan = JobPlan;
