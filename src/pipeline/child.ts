import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import { allEnded } from './all-ended';
import { Distiller } from './distiller';
import type { Launch } from './launch';
import type { OsPipe } from './os-pipes';
import type { Command, JobLog, ProcessEnd } from './pipeline';
import { ProcessGroup } from './process-group';
import { readLines } from './read-lines';

export interface ChildEnd extends ProcessEnd {
  /** The same of all that it wrote, to be judged by on this host. */
  readonly distilled: string;
  readonly accepted: boolean;
  /** Ended because we asked for it, so that how it ended says nothing. */
  readonly terminated: boolean;
  /** When it ended, on the monotonic clock, in milliseconds. */
  readonly at: number;
}

interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly accepted: boolean;
  readonly terminated: boolean;
  readonly at: number;
  /** Why it could not even be started. */
  readonly error?: string;
}

export interface Child {
  /** undefined where it could not be started. */
  readonly group: ProcessGroup | undefined;
  /** The process itself has ended; never rejects. */
  readonly exited: Promise<Exit>;
  /** Its whole group is gone, and what it told was read to the end; never rejects. */
  readonly ended: Promise<ChildEnd>;
}

export interface ChildStdio {
  readonly stdin: number | 'ignore';
  readonly stdout: number | 'ignore';
  /** Of the descriptor after stderr, where it is to write a copy. */
  readonly copy?: number;
  readonly stderr: OsPipe;
  /** Its stdout, where its lines are listened to. */
  readonly lines?: OsPipe;
}

export interface ChildOptions {
  readonly log: JobLog;
  readonly killAfter: number;
}

/** Starts one process as the leader of its own group. Takes over the read ends of what it tells; the caller closes all that the child was given. */
export function startChild(command: Command, launch: Launch, stdio: ChildStdio, options: ChildOptions): Child {
  const program = basename(command.program);
  const [all, tellable] = [new Distiller(), new Distiller()];
  const telling = command.telling?.();
  const onLine = (line: string) => {
    command.onStderrLine?.(line);
    if (command.unlogged?.(line)) return;
    all.line(line);
    tellable.line(telling?.(line) ?? '');
    options.log.line(program, line);
  };
  const stderr = readLines(stdio.stderr.readEnd, onLine, command.longestLine);
  const { onStdoutLine: onTold } = command;
  const stdout = stdio.lines && readLines(stdio.lines.readEnd, (line) => onTold?.(line));
  const started = spawnOrError(launch, stdio);
  const pid = started instanceof Error ? undefined : started.pid;
  const group = pid === undefined ? undefined : new ProcessGroup(pid, options.killAfter);
  const exited = exitOf(started, command.accept ?? [0], group);
  const ended = exited.then(async ({ error, ...exit }) => {
    await group?.emptied();
    await allEnded([stderr.finish(), Promise.resolve(stdout?.finish())]);
    return { program, ...exit, distilled: error ?? all.distilled(), told: error ?? tellable.distilled() };
  });
  return { group, exited, ended };
}

/** An argument that no program can be given throws at once; everything else comes as an event. One way to fail is enough. */
function spawnOrError(launch: Launch, { stdin, stdout, stderr, copy }: ChildStdio): ChildProcess | Error {
  const { file, args, env, cwd } = launch;
  try {
    const stdio = [stdin, stdout, stderr.writeEnd, ...(copy === undefined ? [] : [copy])];
    return spawn(file, args, { env, cwd, detached: true, stdio });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function exitOf(
  started: ChildProcess | Error,
  accept: readonly number[],
  group: ProcessGroup | undefined,
): Promise<Exit> {
  return new Promise((resolve) => {
    const notStarted = (error: Error) =>
      resolve({ ...neverStarted, at: performance.now(), error: `cannot be started: ${error.message}` });
    if (started instanceof Error) return notStarted(started);
    // With a process id the error is about a signal, and the exit still comes.
    started.once('error', (error) => group === undefined && notStarted(error));
    started.once('exit', (code, signal) => {
      const accepted = code !== null && accept.includes(code);
      resolve({ code, signal, accepted, terminated: group?.terminated ?? false, at: performance.now() });
    });
  });
}

const neverStarted = { code: null, signal: null, accepted: false, terminated: false };
