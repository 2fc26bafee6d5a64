import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../../src/model/errors';

/**
 * Asks `probe` every few milliseconds until it says yes; rejects with `process-failed` after `timeout` ms. An error in
 * `probe` ends the wait.
 */
export async function waitUntil(tool: string, what: string, timeout: number, probe: () => Promise<boolean> | boolean) {
  const end = Date.now() + timeout;
  while (!(await probe())) {
    if (Date.now() > end) throw failure('process-failed', { tool, reason: `not ${what} within ${timeout / 1000} s` });
    await sleep(20);
  }
}
