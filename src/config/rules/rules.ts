import { endpointCarriesNoSecret, headersCarryNoSecret, socketsAreNotEncrypted } from './connection-rules';
import { dataDirectoriesHoldNothingOfOurs, sharedInstanceSharesLock } from './instance-rules';
import {
  dataDirectoryGiven,
  methodOffered,
  modeOffered,
  parallelDumpIsStaged,
  pgCtlKnowsItsDirectory,
  serviceCanStop,
} from './method-rules';
import { booksHaveTheirFolders, partFitsObject, portsDiffer, spoolsHoldNothingElse } from './place-rules';
import { agentExists, scheduleNamesDiffer, storageExists, unitNamesDiffer } from './reference-rules';
import type { Rule } from './rule';
import { cronReadable, jitterIsShort, timezoneKnown } from './schedule-rules';

/** What must hold between keys, beyond what the schema says of each. */
export const rules: readonly Rule[] = [
  storageExists,
  agentExists,
  unitNamesDiffer,
  scheduleNamesDiffer,
  methodOffered,
  modeOffered,
  dataDirectoryGiven,
  serviceCanStop,
  pgCtlKnowsItsDirectory,
  parallelDumpIsStaged,
  cronReadable,
  timezoneKnown,
  jitterIsShort,
  sharedInstanceSharesLock,
  dataDirectoriesHoldNothingOfOurs,
  socketsAreNotEncrypted,
  endpointCarriesNoSecret,
  headersCarryNoSecret,
  portsDiffer,
  partFitsObject,
  spoolsHoldNothingElse,
  booksHaveTheirFolders,
];
