import type { ErrorEntry } from './errors';

/** Exit code 9: done as far as the data allows, as asked for. */
export const partialResults = {
  'restore-partial': {
    exit: 9,
    retried: false,
    message:
      'restore database "{database}": {count} parts of backup "{backup}" did not come back, all others did: {reason}',
    hint: 'see each with what mends it with: holdfast show {job}',
  },
  'backup-partial': {
    exit: 9,
    retried: false,
    message:
      'load backup "{backup}" of database "{database}" for a trial: {count} parts do not come back as they were, all others do: {reason}',
    hint: 'mend them and back up again; a restore brings back the rest with: holdfast restore {database} {backup} --on-error continue',
  },
} as const satisfies Record<string, ErrorEntry>;
