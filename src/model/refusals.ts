import type { ErrorEntry } from './errors';

/** Exit code 3: refused by a check, nothing touched. */
export const refusals = {
  'agent-unreachable': {
    exit: 3,
    retried: false,
    message: 'reach agent "{agent}" for {step}: no worker took the step within {seconds} s',
    hint: 'start it on its host with: holdfast worker --agent {agent}',
  },
  'agent-folder-unsafe': {
    exit: 3,
    retried: false,
    message: 'use folder "{path}" of agent "{agent}": {reason}',
    hint: '{remedy}; then start it again with: holdfast worker --agent {agent}',
  },
  'database-unreachable': {
    exit: 3,
    retried: false,
    message: 'connect to database "{database}" at {host}:{port}: {reason}',
    hint: 'start the database server, then try: holdfast doctor',
  },
  'database-credentials': {
    exit: 3,
    retried: false,
    message: 'connect to database "{database}" as "{user}": {reason}',
    hint: 'correct user and password in the configuration, then try: holdfast doctor',
  },
  'database-missing': {
    exit: 3,
    retried: false,
    message: 'open database "{database}" on {host}:{port}: no such database',
    hint: 'correct the key "database" in the configuration, then try: holdfast doctor',
  },
  'database-unready': {
    exit: 3,
    retried: false,
    message: 'check database "{database}": {reason}',
    hint: 'see what the server says, then try: holdfast doctor',
  },
  'database-role': {
    exit: 3,
    retried: false,
    message: 'check role "{user}" of database "{database}": {reason}',
    hint: '{remedy}; then try: holdfast doctor',
  },
  'database-blocked': {
    exit: 3,
    retried: false,
    message: 'check database "{database}": {reason}',
    hint: 'look at the last jobs with: holdfast jobs --database {database}',
  },
  'data-directory-unusable': {
    exit: 3,
    retried: false,
    message: 'use data directory "{path}" of unit "{unit}": {reason}',
    hint: 'correct the key "data-directory" of the unit, then try: holdfast doctor',
  },
  'tool-missing': {
    exit: 3,
    retried: false,
    message: 'find tool "{tool}": not found in {searched}',
    hint: "install it on the agent's host ({package}), then try: holdfast doctor",
  },
  'tool-too-old': {
    exit: 3,
    retried: false,
    message: 'check tool "{tool}": version {version} is too old: {reason}',
    hint: 'install the tools of version {wanted} ({package}), then try: holdfast doctor',
  },
  'tool-unfit': {
    exit: 3,
    retried: false,
    message: 'check tool "{tool}": version {version} does not fit: {reason}',
    hint: 'install the tools of version {wanted} ({package}), then try: holdfast doctor',
  },
  'space-short': {
    exit: 3,
    retried: false,
    message: 'check space on "{path}" for {purpose}: needs {needed}, has {available}',
    hint: '{remedy}; then try: holdfast doctor',
  },
  'service-missing': {
    exit: 3,
    retried: false,
    message: 'plan {action} of unit "{unit}": its service is of kind "none", which cannot be stopped',
    hint: 'configure a service for the unit, then try: holdfast doctor',
  },
  'repository-foreign': {
    exit: 3,
    retried: false,
    message:
      'claim repository "{repository}": it has backups from another cluster (system identifier {found}, this one has {expected})',
    hint: 'give this database its own prefix or name; see what is there with: holdfast list {database}',
  },
  'repository-unreadable': {
    exit: 3,
    retried: false,
    message: 'read repository.json of repository "{repository}": {reason}',
    hint: 'give this database another prefix, or see what is there with: holdfast list {database}',
  },
  'backup-incomplete': {
    exit: 3,
    retried: false,
    message: 'back up database "{database}" completely: {missing}',
    hint: '{remedy}; or take what there is with: holdfast backup {database} --no-require-complete',
  },
  'backup-unknown': {
    exit: 3,
    retried: false,
    message: 'find backup "{backup}" of database "{database}": not in the repository',
    hint: 'see what there is with: holdfast list {database}',
  },
  'backup-none': {
    exit: 3,
    retried: false,
    message: 'find the latest backup of database "{database}": the repository has no finished backup',
    hint: 'make one with: holdfast backup {database}',
  },
  'latest-unreadable': {
    exit: 3,
    retried: false,
    message:
      'find the latest backup of database "{database}": the newest one that is sealed, "{backup}", cannot be read: {reason}',
    hint: 'name an older one, or pass over it with: holdfast {command} {database} --skip-unreadable',
  },
  'backup-unfinished': {
    exit: 3,
    retried: false,
    message:
      'use backup "{backup}" of database "{database}": it is {status}, and only a finished backup can be restored',
    hint: 'see the finished ones with: holdfast list {database}',
  },
  'backup-incompatible': {
    exit: 3,
    retried: false,
    message: 'use backup "{backup}" for database "{database}": {reason}',
    hint: 'see what fits with: holdfast list {database}',
  },
  'name-bound': {
    exit: 3,
    retried: false,
    message: 'restore backup "{backup}" of database "{database}": {reason}',
    hint: 'load it under its own name with --aside-first, or without what does not fit with: holdfast restore {database} {backup} --on-error continue',
  },
  'name-not-admitted': {
    exit: 3,
    retried: false,
    message:
      'check role "{user}": pg_hba.conf does not let it into "{name}", which database "{database}" is loaded into: {reason}; it lacks a line like: {line}',
    hint: 'add it and reload the server, or load under the name that is let in with: holdfast restore {database} --aside-first',
  },
  'request-contradicts': {
    exit: 3,
    retried: false,
    message: 'plan restore of "{backup}": request says {asked}, its manifest says {found}',
    hint: 'leave that key out, or see the backup with: holdfast list {database}',
  },
  'target-exists': {
    exit: 3,
    retried: false,
    message: 'restore into "{target}": it exists already',
    hint: 'choose another name with: holdfast restore {database} --into NAME',
  },
  'not-confirmed': {
    exit: 3,
    retried: false,
    message: 'confirm {operation}: the answer was no, nothing was done',
    hint: 'answer y, or see how not to be asked with: holdfast {command} --help',
  },
  'schedule-foreign': {
    exit: 3,
    retried: false,
    message: 'apply schedule "{schedule}": a schedule of that id exists already, and Holdfast did not make it',
    hint: 'rename ours, or remove that one with: temporal schedule delete --schedule-id {schedule}',
  },
  'record-unreadable': {
    exit: 3,
    retried: false,
    message: 'read record of job "{job}": {reason}',
    hint: 'see what Temporal knows with: holdfast show {job}',
  },
  'manifest-unreadable': {
    exit: 3,
    retried: false,
    message: 'read manifest of backup "{backup}": {reason}',
    hint: 'check the backup with: holdfast verify {database} {backup}',
  },
} as const satisfies Record<string, ErrorEntry>;
