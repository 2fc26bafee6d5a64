import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startJob } from '../../../src/client/start-job';
import type { MutexState } from '../../../src/model/hold';
import { mutexMessages } from '../../../src/model/mutex-messages';
import { mutexId } from '../../../src/model/task-queues';
import type { Ended, Verdict } from '../ended';
import { isCold } from '../field/field-lane';
import type { OpenField } from '../field/open-field';
import { type Invariant, patience, soon } from './invariant';

export const nothingHeld: Invariant = {
  name: 'no hold, no waiter, no ledger entry',
  check: async (field, ended) => {
    // Nobody gives back what a terminated job held: whoever comes next must get it.
    const next = ended.status === 'TERMINATED' ? await nextGetsIt(field, ended) : undefined;
    return next ?? (await soon(async () => (await held(field, ended)) ?? (await noted(field, ended))));
  },
};

/** A job that waits for the lock and does its work takes no longer. */
const wholeJob = 60_000;

async function nextGetsIt({ client }: OpenField, { lane, jobId }: Ended): Promise<Verdict> {
  const next = `${jobId}-next-gets-it`;
  const wait = Math.ceil(patience.soon / 1000);
  // only who wants the lock for itself waits for a shared hold, and only while somebody waits are holders looked at
  const alone = isCold(lane.scenario) ? {} : ({ mode: 'fenced' } as const);
  await startJob(client, 'backup', { database: lane.name, 'job-id': next, 'wait-seconds': wait, ...alone });
  const handle = client.workflow.getHandle(next);
  const end = handle.result().then(
    () => undefined,
    (error) => `the next job fails: ${String(error.cause ?? error)}`,
  );
  const late = sleep(patience.soon + wholeJob, 'the next job does not end', { ref: false });
  const verdict = await Promise.race([end, late]);
  if (verdict !== undefined) await handle.terminate('the harness has waited long enough').catch(() => {});
  return verdict;
}

async function held({ client }: OpenField, { lane }: Ended): Promise<Verdict> {
  const mutex = client.workflow.getHandle(mutexId(lane.name));
  const description = await mutex.describe().catch(() => undefined); // it may be over, and forgotten
  if (description?.status.name !== 'RUNNING') return undefined;
  const { holders, waiters } = await mutex.query<MutexState>(mutexMessages.view);
  const names = [...holders, ...waiters].map(({ jobId, mode }) => `${jobId} (${mode})`);
  return names.length === 0 ? undefined : `the lock knows ${names.join(', ')}`;
}

async function noted({ state }: OpenField, { lane }: Ended): Promise<Verdict> {
  const text = await readFile(join(state, lane.name, 'stopped.json'), 'utf8').catch(() => '{"entries":[]}');
  const { entries } = JSON.parse(text) as { entries: readonly { jobId: string }[] };
  return entries.length === 0 ? undefined : `the ledger has an entry of ${entries[0]?.jobId}`;
}
