import { failure } from '../model/errors';
import type { OpenUnit } from './open-unit';

const lookEvery = 1_000;
/** What starts and falls again goes on doing so: then somebody has to look at it, or the old data has its turn. */
const mostStarts = 2;

/**
 * Waits until a server that was started is healthy, at most `timeout` ms. One that is gone again before it answers is not waited for but started once more,
 * twice at most. Rejects with `health-failed` or `start-failed`.
 */
export async function untilHealthy(unit: OpenUnit, timeout: number): Promise<void> {
  const deadline = Date.now() + timeout;
  const left = () => Math.max(deadline - Date.now(), lookEvery);
  for (let starts = 0; await isGone(unit, left()); starts += 1) {
    const { service, signal, log, unit: own } = unit.context;
    const reason = 'it was started, and was gone again before it answered';
    if (starts === mostStarts || Date.now() > deadline) throw failure('start-failed', { unit: own.name, reason });
    log.line('holdfast', `unit "${own.name}": ${reason}: starting it once more`);
    await service.start({ signal, log, timeout: left() });
  }
}

/** Resolves to false when it is healthy, to true when its service has stopped meanwhile. */
async function isGone({ engine, context }: OpenUnit, timeout: number): Promise<boolean> {
  const gone = new AbortController();
  const look = setInterval(() => {
    const { service, log } = context;
    const seen = service.state({ signal: gone.signal, log, timeout: lookEvery * 10 });
    void seen.then(
      (state) => state === 'stopped' && gone.abort(new Error('the service has stopped')),
      () => {}, // what cannot be told is not told
    );
  }, lookEvery);
  try {
    const signal = AbortSignal.any([context.signal, gone.signal]);
    await engine.checkHealth({ ...context, signal }, timeout);
    return false;
  } catch (error) {
    if (!gone.signal.aborted || context.signal.aborted) throw error;
    return true;
  } finally {
    clearInterval(look);
  }
}
