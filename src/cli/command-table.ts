import type { Define } from './command';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Synchronous and late: `holdfast --help` should not load the whole of Temporal. */
  readonly load: () => CommandFile;
}

interface CommandFile {
  readonly define: Define;
}

/** Every command, in the order of `holdfast --help`. A command's file is loaded only when it is the one that was asked for. */
export const commandTable: readonly CommandEntry[] = [
  { name: 'init', summary: 'write a commented holdfast.yaml', load: () => require('./commands/init') as CommandFile },
  {
    name: 'up',
    summary: 'run it all on this machine: Temporal, control worker, agents',
    load: () => require('./commands/up') as CommandFile,
  },
  {
    name: 'worker',
    summary: 'run a control worker or one agent',
    load: () => require('./commands/worker') as CommandFile,
  },
  {
    name: 'doctor',
    summary: 'check everything the configuration names',
    load: () => require('./commands/doctor') as CommandFile,
  },
  { name: 'backup', summary: 'back up a database', load: () => require('./commands/backup') as CommandFile },
  {
    name: 'restore',
    summary: 'restore a database, in place or beside',
    load: () => require('./commands/restore') as CommandFile,
  },
  {
    name: 'request',
    summary: 'run a request of the database_backup interface',
    load: () => require('./commands/request') as CommandFile,
  },
  {
    name: 'list',
    summary: 'list backups and restores, read from the store alone',
    load: () => require('./commands/list') as CommandFile,
  },
  {
    name: 'verify',
    summary: 'read a backup back and check every byte',
    load: () => require('./commands/verify') as CommandFile,
  },
  { name: 'jobs', summary: 'list jobs', load: () => require('./commands/jobs') as CommandFile },
  { name: 'show', summary: 'show one job', load: () => require('./commands/show') as CommandFile },
  { name: 'watch', summary: 'follow a running job', load: () => require('./commands/watch') as CommandFile },
  { name: 'logs', summary: 'print the log of a job', load: () => require('./commands/logs') as CommandFile },
  { name: 'cancel', summary: 'cancel a running job', load: () => require('./commands/cancel') as CommandFile },
  {
    name: 'lock',
    summary: 'show who holds and who waits for a lock; take a hold away',
    load: () => require('./commands/lock') as CommandFile,
  },
  {
    name: 'schedule',
    summary: 'apply and operate schedules',
    load: () => require('./commands/schedule') as CommandFile,
  },
];
