import type { Client } from '@temporalio/client';
import type { Config } from '../../src/config/schema';
import type { PostgresServer } from '../servers/postgres';
import type { S3Server } from '../servers/s3';
import type { TemporalServer } from '../servers/temporal';
import type { Scenario } from './fault';

/** One database under protection, with its own lock and repository. Used by one job at a time, again and again. */
export interface Lane {
  /** Its name in the configuration, and of its repository. */
  readonly name: string;
  readonly scenario: Scenario;
  /** For the lane's own things; anybody may enter it. */
  readonly folder: string;
  /** PostgreSQL's tools as this lane's jobs run them: links, any of which may be replaced by a wrapper and put back. */
  readonly binDirectory: string;
  /** Its server: its own for the cold scenarios, else shared with the field's other lanes. */
  readonly postgres: PostgresServer;
  /** Name of the database in that server. */
  readonly database: string;
  /** Where the store keeps the repository's objects as files. */
  readonly repositoryFolder: string;
  /** Digest of the content that it was filled with, and that its first backup has. */
  readonly original: string;
  /** For restores: the backup that is restored. */
  readonly backupId: string | undefined;
}

/** A worker that runs in a process of its own, `holdfast worker …`. */
export interface FieldWorker {
  readonly pid: number;
  isRunning(): boolean;
  /** SIGKILL; resolves when it is gone. */
  kill9(): Promise<void>;
  /** SIGTERM; resolves when it is gone. */
  end(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Starts it if it does not run; resolves when it asks for work, or at once with `wait: false`. */
  start(options?: { wait: boolean }): Promise<void>;
  readonly logFile: string;
}

/** A stack of Temporal, S3, PostgreSQL, a control worker and an agent, with lanes in it. */
export interface Field {
  readonly folder: string;
  readonly temporal: TemporalServer;
  readonly s3: S3Server;
  readonly control: FieldWorker;
  readonly agent: FieldWorker;
  readonly client: Client;
  readonly config: Config;
  readonly lanes: readonly Lane[];
  /** Folders of the agent. */
  readonly spool: string;
  readonly state: string;
  /** What `ground` laid here. Throws for another ground than the field's. */
  /** What workers have done to the outside since the field began: `tool <program> <arguments>` or `s3 <command> <key>`, one a line, tools and objects of data only. */
  deeds(): Promise<readonly string[]>;
  laid<L extends Laid>(ground: Ground<L>): L;
}

/** What is there when a ground is laid. */
export interface Site {
  readonly folder: string;
  readonly s3: S3Server;
}

/** What a ground changes of a field. All keys are merged into those of holdfast.yaml. */
export interface Laid {
  /** Of the storage "main", for instance `{ endpoint }` of a proxy. */
  readonly storage?: Readonly<Record<string, unknown>>;
  /** Of the agent, for instance `{ spool }`. */
  readonly agent?: Readonly<Record<string, unknown>>;
  /** A folder where workers look for programs first. */
  readonly path?: string;
  /** Of one lane's database and of its unit. */
  lane?(lane: Lane): {
    readonly database?: Readonly<Record<string, unknown>>;
    readonly unit?: Readonly<Record<string, unknown>>;
  };
  /** The folder that gets a cold lane's cluster (`<folder>/data`); the lane's own if absent. */
  clusterFolder?(laneName: string): Promise<string>;
  close(): Promise<void>;
}

/** Something that a field must have from its beginning, because workers read their configuration once. */
export interface Ground<L extends Laid = Laid> {
  readonly name: string;
  /** What of a field it changes; grounds that change nothing in common can be laid on one field. Absent: it wants a field for itself. */
  readonly changes?: readonly ('storage' | 'spool' | 'path' | 'clusters' | 'service')[];
  lay(site: Site): Promise<L>;
}
