import type { BackupPlan, RestorePlan } from '../../src/model/plan';
import type { TestCluster } from '../engines/cluster';
import type { JobOptions } from '../engines/job';

export type MethodName = 'logical' | 'physical' | 'cold';

/** Where a logical backup is restored to: over the live database, or into an empty server that has never seen it. */
export type Target = 'in-place' | 'new-server';

/** A situation's database, on the server where it is at the moment. */
export interface Place {
  readonly cluster: TestCluster;
  readonly database: string;
  /** Runs statements in the database as superuser in one session; resolves to the rows of the last one. */
  sql(...statements: readonly string[]): Promise<Record<string, unknown>[]>;
  /** What the backup and the restore wrote to their logs so far. */
  readonly lines: readonly string[];
}

/** What PostgreSQL's own tools say of a database, as text. */
export interface Picture {
  /** pg_dump of the whole of it, its own properties included. */
  readonly dump: string;
  /** pg_dumpall --globals-only, without the superuser's own role, whose password is the server's. */
  readonly globals: string;
  /** Settings that are no defaults, with where each comes from. */
  readonly settings: string;
}

export interface Expectation {
  /** It is not done: which step says no, and how. The database has to be as it was all the same. */
  readonly refused?: { readonly by: 'backup' | 'restore'; readonly code: string; readonly words?: RegExp };
  /** Lines that have to be in the logs. */
  readonly logged?: readonly RegExp[];
  /** Takes out of both pictures what may differ; nothing may if absent. */
  readonly apart?: (picture: Picture) => Picture;
  /** Whatever else has to hold where it was restored. */
  readonly holds?: (place: Place) => Promise<void>;
}

/** A database as somebody has it, which has to come back as it was, or be refused in good time. */
export interface Situation {
  /** The test's name: what is true of the database. */
  readonly title: string;
  /** Its database's name; a plain one if absent. */
  readonly database?: string;
  /** What follows `CREATE DATABASE name`. */
  readonly options?: string;
  /** Fills the new database: statements in one session of the superuser, or whatever else it takes. */
  readonly make: readonly string[] | ((place: Place) => Promise<void>);
  /** ['logical'] if absent. Of all situations of a file that have one of the others one backup of the instance is made. */
  readonly methods?: readonly MethodName[];
  /** Of logical ones; ['in-place'] if absent. */
  readonly targets?: readonly Target[];
  readonly backup?: Partial<BackupPlan>;
  readonly restore?: Partial<RestorePlan>;
  /** Who does it, by which tools. */
  readonly job?: JobOptions;
  /** Who makes the backup, where that is somebody else. */
  readonly backedUpBy?: JobOptions;
  /** Happens after the backup, before the restore. */
  readonly meanwhile?: (place: Place) => Promise<void>;
  /** It comes back as it was, if absent. */
  readonly expected?: Expectation;
  /** Puts away what is outside the database. */
  readonly clean?: (place: Place) => Promise<void>;
}
