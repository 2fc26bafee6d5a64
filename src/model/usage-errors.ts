import type { ErrorEntry } from './errors';

/** Exit codes 1 and 2: a defect of ours; wrong usage or configuration. */
export const usageErrors = {
  'internal-defect': {
    exit: 1,
    retried: false,
    message: 'run {operation}: unexpected failure: {reason}',
    hint: 'this is a defect of Holdfast; see the job with: holdfast show {job}',
  },

  'usage-wrong': {
    exit: 2,
    retried: false,
    message: 'read the command line: {reason}',
    hint: 'see: holdfast {command} --help',
  },
  'configuration-missing': {
    exit: 2,
    retried: false,
    message: 'read configuration "{file}": no such file (looked for it in {searched})',
    hint: 'write one with: holdfast init',
  },
  'configuration-invalid': {
    exit: 2,
    retried: false,
    message: 'read configuration "{file}": {problems}',
    hint: 'correct the file, then try: holdfast doctor',
  },
  'secret-unresolved': {
    exit: 2,
    retried: false,
    message: 'resolve secret "{reference}" of "{key}": {reason}',
    hint: 'set it where the worker runs, then try: holdfast doctor',
  },
  'database-unknown': {
    exit: 2,
    retried: false,
    message: 'find database "{database}": the configuration knows {known}',
    hint: 'correct the name, or see what is configured with: holdfast doctor',
  },
  'storage-unknown': {
    exit: 2,
    retried: false,
    message: 'find storage "{storage}": the configuration knows {known}',
    hint: 'check the configuration with: holdfast doctor',
  },
  'unit-unknown': {
    exit: 2,
    retried: false,
    message: 'find unit "{unit}" of database "{database}": the configuration knows {known}',
    hint: 'check the configuration with: holdfast doctor',
  },
  'agent-unknown': {
    exit: 2,
    retried: false,
    message: 'find agent "{agent}": the configuration knows {known}',
    hint: 'check the configuration with: holdfast doctor',
  },
  'agent-running': {
    exit: 2,
    retried: false,
    message: 'start agent "{agent}": process {pid} runs it already {where}',
    hint: 'stop that one first, or see who serves with: holdfast doctor',
  },
  'init-missing': {
    exit: 2,
    retried: false,
    message:
      'start agent "{agent}": it is process 1, and nothing would reap the servers that it starts for unit "{unit}"',
    hint: 'run the container with an init (docker run --init), or without node in front: holdfast worker --agent {agent}',
  },
  'state-unlockable': {
    exit: 2,
    retried: false,
    message: 'start agent "{agent}": its state folder "{folder}" cannot be locked: {reason}',
    hint: 'give it a folder of its own user on a file system that knows locks, then try: holdfast worker --agent {agent}',
  },
  'request-invalid': {
    exit: 2,
    retried: false,
    message: 'read job request: {problems}',
    hint: 'see the accepted keys with: holdfast {command} --help',
  },
  'method-unsupported': {
    exit: 2,
    retried: false,
    message: 'plan {method} backup in mode "{mode}": {engine} offers {offered}',
    hint: 'choose one of them with: holdfast backup --method NAME --mode NAME',
  },
  'job-id-taken': {
    exit: 2,
    retried: false,
    message: 'start job "{job}": that id belongs to another request ({difference})',
    hint: 'choose another id, or look at that job with: holdfast show {job}',
  },
  'job-unknown': {
    exit: 2,
    retried: false,
    message: 'find job "{job}": neither Temporal nor the job records know it',
    hint: 'see the known ones with: holdfast jobs',
  },
  'log-missing': {
    exit: 2,
    retried: false,
    message: 'read log of job "{job}": {reason}',
    hint: 'see the job with: holdfast show {job}',
  },
  'schedule-unknown': {
    exit: 2,
    retried: false,
    message: 'find schedule "{schedule}": no such schedule of Holdfast',
    hint: 'see them with: holdfast schedule list',
  },
  'secret-in-request': {
    exit: 2,
    retried: false,
    message: 'read job request: storage-config carries keys, which would stay in the history in the clear',
    hint: 'name a configured storage instead: holdfast backup DATABASE --storage NAME',
  },
} as const satisfies Record<string, ErrorEntry>;
