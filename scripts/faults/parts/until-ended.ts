import { setTimeout as sleep } from 'node:timers/promises';
import type { Parked } from '../fault';
import type { Field } from '../field';

/** Resolves when all jobs have ended, however; or after `patience` ms, since a job that does not end is somebody else's finding. Resolves to the time it took. */
export async function untilEnded({ client }: Field, parked: readonly Parked[], patience = 200_000): Promise<number> {
  const began = Date.now();
  const ends = parked.map(({ jobId }) => client.workflow.getHandle(jobId).result());
  await Promise.race([Promise.allSettled(ends), sleep(patience, undefined, { ref: false })]);
  return Date.now() - began;
}
