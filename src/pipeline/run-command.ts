import type { Readable } from 'node:stream';
import { failure } from '../model/errors';
import { closedWithin } from './closed-within';
import { abortAfter } from './long-timer';
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
  const late = timeout === undefined ? undefined : abortAfter(timeout, new Error('the time of a tool is over'));
  const either = late ? AbortSignal.any([signal, late.signal]) : signal;
  const stdin = input === undefined ? 'none' : 'pipe';
  const running = startPipeline([command], { signal: either, log, killAfter, stdin, stdout: 'pipe' });
  void running.done.catch(() => {}).then(late?.cancel);
  running.stdin?.end(input);
  const output = collect(running.stdout, options.maxOutput ?? defaultMaxOutput);
  const end = await running.done.catch((error) => {
    if (!late?.signal.aborted || signal.aborted) throw error;
    throw failure('process-failed', { tool: command.program, reason: `no end within ${timeout} ms` }, error);
  });
  const [only] = end;
  if (only === undefined) throw new RangeError('a pipeline of one command ended with none');
  return { ...only, stdout: await output(outputGrace) };
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
