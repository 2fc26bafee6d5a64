import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../model/errors';
import type { OpenUnit } from './open-unit';

const pollEvery = 100;

/** Stops the service if it is not stopped, and waits until nothing of the database is left running. */
export async function makeDown({ engine, context }: OpenUnit, timeout: number): Promise<void> {
  const { service, signal, log } = context;
  await service.stop({ signal, log, timeout });
  const deadline = Date.now() + timeout;
  while (!(await engine.isDown(context))) {
    if (Date.now() > deadline) {
      throw failure('stop-failed', {
        unit: context.unit.name,
        reason: 'its service is stopped, its database still runs',
      });
    }
    await sleep(pollEvery, undefined, { signal });
  }
}
