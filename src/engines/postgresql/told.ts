import { type ErrorCode, type ErrorDetails, failure, HoldfastError } from '../../model/errors';
import { wordsOf } from '../../pipeline/words-of';
import type { EngineContext } from '../engine';
import { reasonOf } from './connection-failure';
import { ServerError } from './server-error';

/**
 * Tells an error of the server as one of the table, a lost connection in the middle of the work included. What the table has a word for already, and the end
 * of the job, stay what they are.
 */
export async function told<T>(
  context: EngineContext,
  code: ErrorCode,
  details: ErrorDetails,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof HoldfastError && !error.code.startsWith('database-')) throw error;
    if (error instanceof ServerError) context.log.line('postgresql', wordsOf(error));
    throw failure(code, { ...details, reason: reasonOf(error) }, error);
  }
}
