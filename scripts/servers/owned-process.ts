import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../../src/model/errors';

export interface OwnedOptions {
  /** Added to a minimal environment; the place for secrets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets stdout and stderr, appended. */
  readonly logFile: string;
}

/** A server of ours. It dies with this process, whatever that one dies of. */
export interface OwnedProcess {
  readonly pid: number;
  isRunning(): boolean;
  /** SIGTERM, and SIGKILL after `grace` ms (5,000 if absent); resolves when it is gone. Idempotent. */
  end(grace?: number): Promise<void>;
  /** SIGKILL; resolves when it is gone. Idempotent. */
  kill9(): Promise<void>;
  /** Throws `process-failed` with the end of the log if it has ended. */
  mustRun(): Promise<void>;
}

/**
 * Starts a server in a process group of its own, so that Ctrl-C reaches the script first and the servers only through
 * it.
 */
export async function startOwned(
  program: string,
  args: readonly string[],
  options: OwnedOptions,
): Promise<OwnedProcess> {
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...minimalEnvironment(), ...options.env },
  });
  closeSync(log);
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) =>
      reject(failure('process-failed', { tool: 'setpriv', reason: error.message }, error)),
    );
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
  child.unref();
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const kill9 = async () => {
    if (isRunning()) child.kill('SIGKILL');
    await alive(gone);
  };
  const end = async (grace = 5_000) => {
    if (isRunning()) child.kill('SIGTERM');
    // the clock must not keep a caller that has nothing else to do, the wait itself must
    await alive(Promise.race([gone, sleep(grace, undefined, { ref: false })]));
    await kill9();
  };
  const mustRun = async () => {
    if (isRunning()) return;
    throw failure('process-failed', { tool: basename(program), reason: await lastLines(options.logFile) });
  };
  return { pid, isRunning, end, kill9, mustRun };
}

/** What a child needs to find its tools, and nothing of the caller's secrets. */
export function minimalEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: process.env['HOME'] ?? '/', LANG: 'C.UTF-8', TZ: 'UTC' };
}

/** Waits for `promise` while keeping Node from ending: the child itself is unreferenced. */
async function alive(promise: Promise<unknown>): Promise<void> {
  const keep = setInterval(() => {}, 1_000);
  await promise.finally(() => clearInterval(keep));
}

/** The end of a log, for a message. */
export async function lastLines(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-5).join('; ') || 'it ended without a word';
}
