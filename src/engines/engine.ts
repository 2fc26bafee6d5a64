import type { DatabaseConfig, UnitConfig } from '../config/database-schema';
import type { HoldfastError } from '../model/errors';
import type { Mode, Transfer } from '../model/job-request';
import type { LeftOut } from '../model/left-out';
import type { Artefact, Facts, Manifest, MissingPart } from '../model/manifest';
import type { BackupPlan, RestorePlan } from '../model/plan';
import type { Command, JobLog } from '../pipeline/pipeline';
import type { Service } from '../services/service';

/** What an engine's work gets with every call. */
export interface EngineContext {
  /** Key of the database in the configuration. */
  readonly name: string;
  readonly config: DatabaseConfig;
  readonly unit: UnitConfig;
  /** Resolved; undefined where none is configured. Goes into the child's environment or a 0600 file, never argv. */
  readonly password: string | undefined;
  readonly service: Service;
  /** Folder of this job in the agent's spool: exists, 0700, ours alone. */
  readonly workFolder: string;
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** For people: what is going on now, and how much of it where known. */
  readonly report: (activity: string, total?: number) => void;
}

/** Where artefacts of a dump go: compresses, counts, hashes, and stores (staged in the spool or streamed), completing only after good ends. */
export interface ArtefactSink {
  /** Stores what the last command writes to stdout as `data/<name>` (plus the compression's suffix). */
  fromCommands(name: string, role: string, commands: readonly Command[]): Promise<Artefact>;
  /** Stores a small text. */
  fromText(name: string, role: string, text: string): Promise<Artefact>;
}

/** Where artefacts come from on restore; every byte is checked against the manifest. */
export interface ArtefactSource {
  /**
   * Feeds the decompressed artefact to the first command's stdin. Rejects with `backup-corrupt` when the stored bytes differ from the manifest
   * (known only at the end: load into something that can be thrown away), with `load-failed` when a command fails.
   */
  intoCommands(artefact: Artefact, commands: readonly Command[]): Promise<void>;
  /** Fetches, checks and decompresses into a file of the work folder. Done already (an earlier attempt): checked and kept. */
  intoFile(artefact: Artefact, path: string): Promise<void>;
  text(artefact: Artefact): Promise<string>;
}

export interface MethodCapabilities {
  readonly modes: readonly Mode[];
  readonly defaultMode: Mode;
  readonly transfers: readonly Transfer[];
  /** Honours the plan's `jobs`; more than one is staged. */
  readonly parallel?: boolean;
  /** Whether the whole instance is copied, so that a restore stops it and renames its directory; else databases are renamed behind a fence. */
  readonly swap: 'fence' | 'stop';
}

/** What a preflight learned; all of it goes to the manifest or the plan's report. */
export interface Inspection {
  readonly serverVersion: string;
  readonly systemIdentifier: string;
  readonly toolVersions: Readonly<Record<string, string>>;
  /** Size of what will be dumped, in the server. */
  readonly dataBytes: number;
  /** Bytes the spool needs for a staged backup, by a computed bound. */
  readonly spoolBytes: number;
  /** What belongs to the database and a backup cannot hold; of a restore nothing is said. */
  readonly missing?: readonly MissingPart[];
}

export interface Dump {
  /** What a restore will have trouble with, as far as it is known, and what tools warned of; for people. */
  readonly warnings?: readonly string[];
  readonly artefacts: readonly Artefact[];
  readonly facts: Facts;
  /** As in the inspection, now that it is known. */
  readonly missing?: readonly MissingPart[];
  readonly timeline: number | null;
  readonly lsnStart: string | null;
  readonly lsnStop: string | null;
}

/** State that a fence changed and an unfence puts back, kept in the ledger meanwhile. */
export type FenceState = Readonly<Record<string, string | number | boolean>>;

/** What `load` made beside the live data, ready for the swap. */
export interface Loaded {
  /** New database's name, or new directory's path. */
  readonly location: string;
  /** What is not as somebody may expect, for people. */
  readonly warnings?: readonly string[];
  /** What the backup has and the new data has not; only where the plan says to go on after errors. */
  readonly leftOut?: readonly LeftOut[];
  /** Of a whole instance: the timeline on which it goes on, if that is a new one. */
  readonly timeline?: number;
}

/** Numbers of timelines that restores were given, whoever did them and on whatever host. */
export interface TimelineClaims {
  /** A number above `beyond` that no other restore of this cluster gets. */
  claim(systemIdentifier: string, beyond: number): Promise<number>;
}

/** One kind of database. Every method may run twice and may be interrupted anywhere; each says below what it leaves. */
export interface Engine {
  readonly name: string;
  readonly methods: Readonly<Record<string, MethodCapabilities>>;

  /** Reachable, healthy, versions and role fit, for this backup (C1, C2). Touches nothing. */
  inspectForBackup(context: EngineContext, plan: BackupPlan): Promise<Inspection>;
  /** The same for a restore, with the space for old and new data. Touches nothing. Works on a damaged or stopped instance where the method allows. */
  inspectForRestore(context: EngineContext, plan: RestorePlan, manifest: Manifest): Promise<Inspection>;

  /** What must be known to undo a fence, read before it. For a backup's mode `fenced` and before a swap by rename. */
  readFence(context: EngineContext): Promise<FenceState>;
  /** Blocks new connections but ours. For a restore (`drain`), ends the existing ones too. Idempotent. */
  fence(context: EngineContext, state: FenceState, drain: boolean): Promise<void>;
  /** Puts back what `readFence` saw. Idempotent. */
  unfence(context: EngineContext, state: FenceState): Promise<void>;

  /** Writes the artefacts. Leaves nothing in the server; the sink cleans its own. */
  dump(context: EngineContext, plan: BackupPlan, sink: ArtefactSink): Promise<Dump>;

  /** Fetches and loads beside the live data, compares with the facts where that can be done now. Begins by removing what an interrupted run left. */
  load(
    context: EngineContext,
    plan: RestorePlan,
    manifest: Manifest,
    source: ArtefactSource,
    claims?: TimelineClaims,
  ): Promise<Loaded>;
  /** What in a backup works only in a database of its own name, so that it cannot be loaded beside; empty for most. */
  boundToName(manifest: Manifest): readonly string[];
  /** What the load of this job had to tell, also where it happened in the swap. */
  loadReport(context: EngineContext): Promise<Pick<Loaded, 'warnings' | 'leftOut'>>;
  /** Removes what `load` made, if it is there and not in service. Idempotent. */
  discardLoaded(context: EngineContext, plan: RestorePlan): Promise<void>;
  /** live → set aside, new → live, by rename. Atomic or repaired when run again. Returns where the old data is. */
  swap(context: EngineContext, plan: RestorePlan): Promise<string | undefined>;
  /** Undoes `swap`; does nothing if it never happened. */
  swapBack(context: EngineContext, plan: RestorePlan): Promise<void>;
  /** Drops the data set aside. Idempotent; refuses to drop what is in service. */
  dropPrevious(context: EngineContext, plan: RestorePlan): Promise<void>;
  /** Differences between the data in service (or beside, with `into`) and the manifest's facts, one line each; empty when equal. */
  compare(context: EngineContext, plan: RestorePlan, manifest: Manifest): Promise<readonly string[]>;

  /** Answers a query and accepts writes (or is a standby as before). Waits up to `timeout` ms. Rejects with `health-failed`. */
  checkHealth(context: EngineContext, timeout: number): Promise<void>;
  /** Down for good: no process on the data directory, nothing listening. Checked after a stop. */
  isDown(context: EngineContext): Promise<boolean>;
  /**
   * Whether work failed because its connection to the server was lost, or was not to be had for now: then it is worth another try. May ask the server.
   */
  isInterrupted(context: EngineContext, error: HoldfastError): Promise<boolean>;

  /** Reads a backup's artefacts as far as the engine understands them (table of contents, tar listing); every byte is checked by the source. */
  verify(context: EngineContext, manifest: Manifest, source: ArtefactSource): Promise<readonly string[]>;
}
