import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { findProgram } from '../../pipeline/find-program';
import { listens } from '../listens';
import type { OwnNetwork } from './own-network';
import type { Speech } from './refuse-user';
import { type ServerPlace, serverArguments, serverEnvironment } from './server-command';

const killAfter = 5_000;

/** One life of the server. */
export interface ServerProcess {
  /** To why it ended, or why it could not be started; never rejects. */
  readonly ended: Promise<string>;
  isOver(): boolean;
  listens(): Promise<boolean>;
  /** Joins a connection from outside to the server's own port of that number, where it has a network of its own. */
  hand(port: number, speech: Speech, connection: Socket): void;
  /** Resolves when it is gone. */
  end(): Promise<void>;
}

/** Starts the server; it dies with this process. Throws `tool-missing`, or what the operating system has against it. */
export function launchServer(program: string, place: ServerPlace, logFile: string, network: OwnNetwork): ServerProcess {
  const server = [program, ...serverArguments(place)];
  if ('missing' in network) {
    const child = start(server, logFile);
    return {
      ...lifeOf(child),
      listens: () => listens(place.host, place.port),
      hand: (_port, _speech, connection) => connection.destroy(),
    };
  }
  const inside = [...network.wrapper, process.execPath, ...programInside(), place.host, String(place.port)];
  const child = start([...inside, ...server], logFile, 'ipc');
  let up = false;
  child.on('message', (said) => {
    up ||= said === 'listening';
  });
  return {
    ...lifeOf(child),
    listens: async () => up,
    hand: (port, speech, connection) => handOver(child, { port, speech }, connection),
  };
}

/** In a group of its own: Ctrl-C reaches the workers first, which still need the server to say goodbye. */
function start(command: readonly string[], logFile: string, ...more: readonly 'ipc'[]): ChildProcess {
  const env = serverEnvironment();
  const setpriv = findProgram('setpriv', env['PATH'] ?? '');
  const log = openSync(logFile, 'a', 0o600);
  const umask = process.umask(0o077); // of its files; it has no option for their modes
  try {
    const stdio = ['ignore' as const, log, log, ...more];
    return spawn(setpriv, ['--pdeathsig', 'KILL', ...command], { detached: true, stdio, env });
  } finally {
    process.umask(umask);
    closeSync(log);
  }
}

function lifeOf(child: ChildProcess): Pick<ServerProcess, 'ended' | 'isOver' | 'end'> {
  let over = false;
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
    // with a process id the error is about a signal or a message, and the exit still comes
    child.on('error', (error) => child.pid === undefined && resolve(`it cannot be started: ${error.message}`));
  });
  void ended.then(() => {
    over = true;
  });
  const end = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), killAfter);
    await ended;
    clearTimeout(late);
  };
  return { ended, isOver: () => over, end };
}

/** A server that is being started again takes none: whoever wanted one tries again. */
function handOver(child: ChildProcess, where: { port: number; speech: Speech }, connection: Socket): void {
  if (!child.connected) return void connection.destroy();
  child.send(where, connection, {}, (error) => error && connection.destroy());
}

function programInside(): readonly string[] {
  const sources = __filename.endsWith('.ts');
  if (!sources) return [join(__dirname, 'inside-network.js')];
  return ['--import', require.resolve('tsx'), join(__dirname, 'inside-network.ts')];
}
