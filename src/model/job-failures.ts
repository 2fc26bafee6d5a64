import type { ErrorEntry } from './errors';

/** Exit code 4: failed, the database is as before. */
export const jobFailures = {
  'hook-failed': {
    exit: 4,
    retried: false,
    message: 'run hook {hook} of database "{database}": {reason}',
    hint: 'see what it printed with: holdfast logs {job}',
  },
  'stop-failed': {
    exit: 4,
    retried: true,
    message: 'stop unit "{unit}": {reason}',
    hint: 'see what the service says with: holdfast logs {job}',
  },
  'fence-failed': {
    exit: 4,
    retried: true,
    message: 'block new connections to database "{database}": {reason}',
    hint: 'see the log with: holdfast logs {job}',
  },
  'dump-failed': {
    exit: 4,
    retried: false,
    message: 'dump database "{database}" with {tool}: {reason}',
    hint: 'see the log with: holdfast logs {job}',
  },
  'dump-interrupted': {
    exit: 4,
    retried: true,
    message: 'dump database "{database}" with {tool}: it was interrupted: {reason}',
    hint: "look at the server's own log, then see: holdfast logs {job}",
  },
  'downtime-exceeded': {
    exit: 4,
    retried: false,
    message: 'copy database "{database}" while it is out of service: the copy is void: {reason}',
    hint: 'see whether backup.max-downtime is long enough, then try: holdfast backup {database}',
  },
  'spool-lost': {
    exit: 4,
    retried: false,
    message: 'upload staged "{artefact}": {reason}',
    hint: 'see what empties the spool, then try: holdfast backup {database}',
  },
  'artefact-short': {
    exit: 4,
    retried: true,
    message: 'store artefact "{artefact}": {stored} bytes arrived of {produced}',
    hint: 'try again with: holdfast backup {database}',
  },
  'backup-sealed': {
    exit: 4,
    retried: false,
    message: 'seal backup "{backup}" of database "{database}": it is sealed already, with another manifest',
    hint: 'see it with: holdfast list {database}',
  },
  'log-upload-failed': {
    exit: 4,
    retried: false,
    message: 'upload log of job "{job}": {reason}',
    hint: 'check the storage with: holdfast doctor',
  },
  'backup-corrupt': {
    exit: 4,
    retried: false,
    message: 'verify artefact "{artefact}" of backup "{backup}": {reason}',
    hint: 'restore another one; see them with: holdfast list {database}',
  },
  'load-failed': {
    exit: 4,
    retried: false,
    message: 'load backup "{backup}" with {tool}: {reason}',
    hint: 'the live database was not touched; see the log with: holdfast logs {job}',
  },
  'load-stopped': {
    exit: 4,
    retried: false,
    message: 'load backup "{backup}" with {tool}: it does not load as it is: {reason}',
    hint: 'the live database was not touched; bring back all that loads with: holdfast restore {database} {backup} --on-error continue',
  },
  'load-interrupted': {
    exit: 4,
    retried: true,
    message: 'load backup "{backup}" with {tool}: it was interrupted: {reason}',
    hint: 'the live database was not touched; see the log with: holdfast logs {job}',
  },
  'swap-failed': {
    exit: 4,
    retried: true,
    message: 'swap restored data of database "{database}" in: {reason}',
    hint: 'the live database is in place; see the log with: holdfast logs {job}',
  },
  'restore-differs': {
    exit: 4,
    retried: false,
    message: 'compare restored database "{database}" with backup "{backup}": {differences}',
    hint: 'the old data is in place; see the log with: holdfast logs {job}; go on all the same with: holdfast restore {database} {backup} --accept-differences',
  },
  'restore-unhealthy': {
    exit: 4,
    retried: false,
    message: 'start restored database "{database}": {reason}',
    hint: 'the old data is in place again; see the log with: holdfast logs {job}',
  },
  'job-cancelled': {
    exit: 4,
    retried: false,
    message: 'run job "{job}": cancelled by request',
    hint: 'start it anew with: holdfast {type} {database}',
  },
  'job-terminated': {
    exit: 4,
    retried: false,
    message: 'run job "{job}": {reason}',
    hint: 'the agent brings the database back up; check with: holdfast doctor',
  },
  'cleaning-failed': {
    exit: 4,
    retried: true,
    message: 'remove "{location}" of database "{database}": {reason}',
    hint: 'look at it, and remove it by hand; the job is shown by: holdfast show {job}',
  },
  'hold-lost': {
    exit: 4,
    retried: false,
    message: 'act on database "{database}" with token {token}: a later hold ({last}) has been seen',
    hint: 'where a clock ran ahead, have its host forget that with: holdfast lock reset {database}; see who holds it with: holdfast lock status {database}',
  },
  'tokens-unreadable': {
    exit: 4,
    retried: false,
    message: 'read tokens "{file}": {reason}',
    hint: 'where no job of that lock runs, remove that file; see what runs with: holdfast jobs',
  },
  'hold-implausible': {
    exit: 4,
    retried: false,
    message:
      'act on database "{database}" with token {token}: by the clock of this host no mutex can have given it before {moment}',
    hint: "compare the clocks of this host and of Temporal's, then see: holdfast lock status {lock}",
  },
  'step-invalid': {
    exit: 4,
    retried: false,
    message: 'read input of step {step}: {problems}',
    hint: 'no job of this version asks so; see who did with: holdfast show {job}',
  },
  'plan-contradicts': {
    exit: 4,
    retried: false,
    message: 'run step {step} of job "{job}": its plan says {asked}, here it is {own}',
    hint: 'bring the configuration of all workers in line, then try: holdfast doctor',
  },
  'process-failed': {
    exit: 4,
    retried: false,
    message: 'run {tool}: {reason}',
    hint: 'see the log with: holdfast logs {job}',
  },
  'step-ended': {
    exit: 4,
    retried: true,
    message: 'run step {step}: ended by the agent: {reason}',
    hint: 'see the job with: holdfast show {job}',
  },
  'step-timed-out': {
    exit: 4,
    retried: false,
    message: 'run step {step}: {reason}',
    hint: 'see the job with: holdfast show {job}',
  },
} as const satisfies Record<string, ErrorEntry>;
