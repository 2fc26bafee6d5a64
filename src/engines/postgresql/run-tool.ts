import { type ErrorCode, type ErrorDetails, failure, HoldfastError } from '../../model/errors';
import type { Command } from '../../pipeline/pipeline';
import { runCommand } from '../../pipeline/run-command';
import type { EngineContext } from '../engine';

/** Runs one tool to its end; resolves to what it wrote to stdout, which must be short. `timeout` in milliseconds; `input` is what it reads. */
export async function runTool(
  { signal, log }: Pick<EngineContext, 'signal' | 'log'>,
  command: Command,
  timeout?: number,
  input?: string,
): Promise<string> {
  const { stdout } = await runCommand(command, { signal, log, timeout, input });
  return stdout;
}

/** How a failed process is told by those who ran it. */
const ofProcess: readonly ErrorCode[] = ['process-failed', 'load-failed'];

/** Tells a failed process in the words of what it was for; every other failure stays what it is. */
export async function toldAs<T>(code: ErrorCode, details: ErrorDetails, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HoldfastError) || !ofProcess.includes(error.code)) throw error;
    throw failure(code, { ...error.details, ...details, reason: error.details['reason'] }, error);
  }
}
