import { backupVerifies } from './backup-verifies';
import { catalogueExact } from './catalogue-exact';
import { contentRight } from './content-right';
import { databaseUp } from './database-up';
import { endedAsExpected } from './ended-as-expected';
import type { Invariant } from './invariant';
import { logThere } from './log-there';
import { noChild } from './no-child';
import { noUpload } from './no-upload';
import { nothingHeld } from './nothing-held';
import { recordTells } from './record-tells';
import { spoolEmpty } from './spool-empty';

/** In the order they are checked: what starts jobs of its own comes last. The replay of histories is checked for many at once. */
export const invariants: readonly Invariant[] = [
  endedAsExpected,
  databaseUp,
  contentRight,
  noChild,
  logThere,
  recordTells,
  nothingHeld,
  noUpload,
  catalogueExact,
  backupVerifies,
  spoolEmpty,
];
