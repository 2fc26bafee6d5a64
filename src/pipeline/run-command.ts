import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { failure } from '../model/errors';
import { closedWithin } from './closed-within';
import { LineSplitter } from './line-splitter';
import { ownerVariable } from './owner-tag';
import type { Command, JobLog, ProcessEnd } from './pipeline';
import { startPipeline } from './start-pipeline';

export interface RunCommandOptions {
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** Milliseconds after which the command is ended and counts as failed; none if absent. */
  readonly timeout?: number;
  /** Characters of stdout that are kept, from the start; 1 MiB if absent. What comes after is read and dropped. */
  readonly maxOutput?: number;
  /** Milliseconds between SIGTERM and SIGKILL; as in a pipeline if absent. */
  readonly killAfter?: number;
  /** Written to stdin; nothing if absent. */
  readonly input?: string;
  /** Whether the lines of stdout go to the log too. */
  readonly logOutput?: boolean;
  /** For scripts of others, which may start a service on purpose: what they leave behind does not count as a survivor of ours. */
  readonly leavesServices?: boolean;
}

export interface CommandResult extends ProcessEnd {
  readonly stdout: string;
}

const defaultMaxOutput = 2 ** 20;
/** How long a process that left the command's group may keep its stdout open. */
const outputGrace = 500;

/** Runs one short tool to its end. Rejects as a pipeline does, and with `process-failed` on a timeout. */
export async function runCommand(command: Command, options: RunCommandOptions): Promise<CommandResult> {
  const { signal, log, killAfter, timeout, input } = options;
  const late = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
  const either = late ? AbortSignal.any([signal, late]) : signal;
  const stdin = input === undefined ? 'none' : 'pipe';
  const env = options.leavesServices ? { ...command.env, [ownerVariable]: '' } : command.env;
  const running = startPipeline([{ ...command, env }], { signal: either, log, killAfter, stdin, stdout: 'pipe' });
  running.stdin?.end(input);
  const output = collect(running.stdout, options.maxOutput ?? defaultMaxOutput);
  if (options.logOutput) logLines(running.stdout, basename(command.program), log);
  const end = await running.done.catch((error) => {
    if (!late?.aborted || signal.aborted) throw error;
    throw failure('process-failed', { tool: command.program, reason: `no end within ${timeout} ms` }, error);
  });
  const [only] = end;
  if (only === undefined) throw new RangeError('a pipeline of one command ended with none');
  return { ...only, stdout: await output(outputGrace) };
}

function logLines(stdout: Readable | undefined, source: string, log: JobLog): void {
  const splitter = new LineSplitter((line) => log.line(source, line));
  stdout?.on('data', (chunk: Buffer) => splitter.push(chunk));
  stdout?.once('close', () => splitter.end());
}

/** Reads from now on; what it returns resolves to the text, waiting `grace` milliseconds at most for its end. */
function collect(stdout: Readable | undefined, max: number): (grace: number) => Promise<string> {
  const kept: Buffer[] = [];
  let length = 0;
  stdout?.on('data', (chunk: Buffer) => {
    if (length < max) kept.push(chunk.subarray(0, max - length));
    length += chunk.length;
  });
  return async (grace) => {
    if (stdout) await closedWithin(stdout, grace);
    return Buffer.concat(kept).toString('utf8');
  };
}
