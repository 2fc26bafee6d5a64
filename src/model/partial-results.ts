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
} as const satisfies Record<string, ErrorEntry>;
