import type { Client } from '@temporalio/client';
import type { MutexState } from '../model/hold';
import { mutexMessages } from '../model/mutex-messages';
import { mutexId } from '../model/task-queues';
import { orUndefined } from './or-undefined';

/** Of a mutex that was terminated, a control worker replays the history to answer. */
const patience = 5_000;

/**
 * The last token that the last run of a lock's mutex gave: its result, or of one that was ended by force what its history tells. 0 where Temporal has
 * forgotten that run; then the clock alone makes the tokens of the next one higher.
 */
export async function lastTokenOf(client: Client, lock: string): Promise<number> {
  const last = await orUndefined(() => client.workflow.getHandle(mutexId(lock)).describe());
  if (last === undefined) return 0;
  const run = client.workflow.getHandle(mutexId(lock), last.runId);
  if (last.status.name === 'COMPLETED') return tokenIn(await orUndefined(() => run.result()));
  const ask = () => run.query<MutexState>(mutexMessages.view);
  const state = await client.withDeadline(Date.now() + patience, ask).catch(() => undefined);
  return tokenIn(state?.lastToken);
}

/** A run of an earlier version ended without a result. */
function tokenIn(told: unknown): number {
  return typeof told === 'number' && Number.isSafeInteger(told) ? told : 0;
}
