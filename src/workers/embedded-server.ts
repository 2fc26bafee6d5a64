import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../model/errors';
import { searchAttributes } from '../model/search-attributes';
import { dynamicValues, pragmas } from '../model/server-tuning';
import { listens } from './listens';
import { temporalBinary } from './temporal-binary';

const startTimeout = 30_000;
/** Between its death and the next start, so that a server that cannot run does not spin. */
const restartPause = 2_000;

export interface EmbeddedServerOptions {
  readonly host: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  /** SQLite file; kept across restarts. */
  readonly dataFile: string;
  readonly onRestart: (reason: string) => void;
}

export interface EmbeddedServer {
  readonly uiAddress: string;
  /** Ends it and stops restarting it. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Runs Temporal's development server over a file, and starts it again if it dies. It dies with this process. Rejects with
 * `temporal-server-missing` when there is no such program, when the ports are taken, or when it does not come up.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const program = temporalBinary();
  await mkdir(dirname(options.dataFile), { recursive: true, mode: 0o700 });
  await requireFree(options.host, options.port, 'port');
  await requireFree(options.host, options.uiPort, 'port of the Web UI');
  const logFile = `${options.dataFile}.log`;
  let stopping = false;
  let child = launch(program, options, logFile);
  const supervise = (current: ChildProcess): void => {
    current.once('exit', (code, signal) => {
      if (stopping) return;
      options.onRestart(`it ended with ${signal ?? `code ${code}`}; see ${logFile}`);
      setTimeout(() => {
        if (stopping) return;
        child = launch(program, options, logFile);
        supervise(child);
      }, restartPause);
    });
  };
  await untilUp(child, options, logFile);
  supervise(child);
  const stop = async () => {
    stopping = true;
    await end(child);
  };
  return { uiAddress: `http://${options.host}:${options.uiPort}`, stop };
}

function launch(program: string, options: EmbeddedServerOptions, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  const args = [
    ...['server', 'start-dev', '--ip', options.host, '--port', String(options.port), '--log-level', 'warn'],
    ...['--ui-ip', options.host, '--ui-port', String(options.uiPort), '--db-filename', options.dataFile],
    ...['--namespace', options.namespace],
    ...Object.values(searchAttributes).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...dynamicValues.flatMap((value) => ['--dynamic-config-value', value]),
    ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
  ];
  // A group of its own: Ctrl-C reaches the workers first, which still need the server to say goodbye.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    detached: true,
    stdio: ['ignore', log, log],
    env: environment(),
  });
  closeSync(log);
  return child;
}

/** Nothing of our own environment, where secrets are. */
function environment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: homedir(), LANG: 'C.UTF-8', TZ: 'UTC' };
}

async function untilUp(child: ChildProcess, { host, port }: EmbeddedServerOptions, logFile: string): Promise<void> {
  const deadline = Date.now() + startTimeout;
  while (!(await listens(host, port))) {
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (ended || Date.now() > deadline) {
      await end(child);
      const reason = `${ended ? 'it ended at once' : `it did not answer within ${startTimeout / 1000} s`}; see ${logFile}`;
      throw failure('temporal-server-missing', { reason });
    }
    await sleep(50);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(late);
}

async function requireFree(host: string, port: number, what: string): Promise<void> {
  if (!(await listens(host, port))) return;
  throw failure('temporal-server-missing', { reason: `the ${what} ${port} on ${host} is taken by another program` });
}
