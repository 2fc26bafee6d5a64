import type { ClientConfig } from 'pg';
import type { Fingerprint } from '../shop/fingerprint';
import type { Machine } from '../stack/machine';
import type { JobBook } from './job-book';
import type { Narrator } from './narrator';

/** What every part of the story works with. */
export interface Scene {
  readonly narrator: Narrator;
  readonly machine: Machine;
  readonly jobs: JobBook;
  /** The shop as superuser. */
  readonly shop: ClientConfig;
  /** The shop as its own software logs in. */
  readonly till: ClientConfig;
}

/** The shop as it was when the backups were made that a restore must reproduce exactly. */
export interface Original {
  readonly fingerprint: Fingerprint;
  /** Made by a program of one's own. */
  readonly triggered: string;
  /** Made by a schedule. */
  readonly scheduled: string;
}
