import type { ErrorEntry } from './errors';

/** Exit codes 5 and 6: failed, the database needs a person; locked out. */
export const emergencies = {
  'start-failed': {
    exit: 5,
    retried: true,
    message: 'start unit "{unit}": {reason}',
    hint: 'start it by hand NOW, then see: holdfast show {job}',
  },
  'unfence-failed': {
    exit: 5,
    retried: true,
    message: 'allow new connections to database "{database}" again: {reason}',
    hint: 'allow them by hand NOW, then see: holdfast show {job}',
  },
  'health-failed': {
    exit: 5,
    retried: true,
    message: 'check health of database "{database}": {reason}',
    hint: "look at the server's own log NOW, then see: holdfast show {job}",
  },
  'database-left-stopped': {
    exit: 5,
    retried: false,
    message: 'bring database "{database}" back up: {reason}',
    hint: 'start it by hand NOW, then see: holdfast show {job}',
  },
  'ledger-unreadable': {
    exit: 5,
    retried: false,
    message: 'read ledger "{file}": {reason}',
    hint: 'see whether the database is up, start it if not, and remove that file (what a newer Holdfast wrote is best read by that one); then try: holdfast doctor',
  },
  'restore-unrecoverable': {
    exit: 5,
    retried: false,
    message: 'restore database "{database}": {reason}; neither the old nor the new data is in service',
    hint: 'follow docs/recovering-by-hand.md, then see: holdfast show {job}',
  },
  'restore-no-way-back': {
    exit: 5,
    retried: false,
    message: 'restore database "{database}": {reason}; nothing was set aside (replace), so there is no way back',
    hint: 'restore it again; see the backups with: holdfast list {database}',
  },

  'locked-out': {
    exit: 6,
    retried: false,
    message: 'take a hold of "{lock}" for job "{job}": held by {holder} after waiting {seconds} s',
    hint: 'see who holds and who waits with: holdfast lock status {lock}',
  },
  'hold-in-use': {
    exit: 6,
    retried: false,
    message: 'release the hold of job "{job}" on "{lock}": the job still runs',
    hint: 'cancel it, or take its hold away all the same with: holdfast lock release {lock} --job {job} --reason TEXT --force',
  },
} as const satisfies Record<string, ErrorEntry>;
