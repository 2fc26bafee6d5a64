import { failure } from '../model/errors';
import type { ServiceCall } from './service';

/** Whatever goes wrong is a failure to stop or to start this unit, except that the caller wanted no more of it. */
export async function attempt<T>(
  code: 'stop-failed' | 'start-failed',
  unit: string,
  call: ServiceCall,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    call.signal.throwIfAborted();
    throw failure(code, { unit, reason: error instanceof Error ? error.message : String(error) }, error);
  }
}
