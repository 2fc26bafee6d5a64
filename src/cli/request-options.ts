import { type Command, InvalidArgumentError, Option } from 'commander';

/** Options that every job has. */
export interface StartOptions {
  jobId?: string;
  storage?: string;
  detach?: boolean;
}

/** Options of the jobs that take the lock. */
export interface JobOptions extends StartOptions {
  /** Seconds. */
  waitTimeout?: number;
  /** The same by its short name; false for --no-wait. */
  wait?: number | false;
}

export function addStartOptions(command: Command): Command {
  return command
    .option('--job-id <id>', 'id of the job: the same id runs once, however often it is asked for')
    .option('--storage <name>', "a storage of the configuration instead of the database's own")
    .option('--detach', 'start the job and return at once');
}

export function addJobOptions(command: Command): Command {
  return addStartOptions(command)
    .option(
      '--wait-timeout <seconds>',
      "how long to wait for the lock; the configuration's lock-wait if absent",
      wholeNumber,
    )
    .addOption(new Option('--wait <seconds>', 'the same').argParser(wholeNumber).hideHelp())
    .option('--no-wait', 'fail at once if the lock is held, and say by whom');
}

/** The request's keys that come from those options. */
export function commonRequest(database: string, { jobId, storage, wait, waitTimeout }: JobOptions) {
  const waitSeconds = wait === false ? 0 : (waitTimeout ?? wait);
  return withoutUndefined({ database, 'job-id': jobId, storage, 'wait-seconds': waitSeconds, origin: 'manual' });
}

export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

export function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is not a whole number.`);
}

/** `key=value`, collected over several uses. */
export function keyValue(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`"${text}" is not key=value.`);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

export function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values);
}
