import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ended, isRestore } from '../ended';
import { stepsDone } from '../history';
import type { Invariant } from './invariant';

/** Whatever became of the job, from the moment on when the storage had proved usable. Nobody writes for a job that was terminated. */
export const logThere: Invariant = {
  name: 'the log is on the store',
  check: async (_field, ended) => {
    if (ended.expectation.log === 'perhaps' || ended.status === 'TERMINATED') return undefined;
    if (!stepsDone(ended.history).includes('checkStorage')) return undefined;
    const path = await pathOf(ended);
    if (path === undefined || !existsSync(path)) return `no log at ${path ?? 'the backup, which has no folder'}`;
    const text = await readFile(path, 'utf8');
    return text.includes(ended.jobId) || text.length > 100 ? undefined : `the log says only "${text}"`;
  },
};

async function pathOf(ended: Ended): Promise<string | undefined> {
  const { lane, jobId, history } = ended;
  if (isRestore(ended)) return join(lane.repositoryFolder, 'restores', jobId, 'logs', 'restore.log');
  const id = backupIdOf(history);
  return id && join(lane.repositoryFolder, 'backups', id, 'logs', 'backup.log');
}

/** From the plan, which the history has also where the job failed. */
function backupIdOf(history: Ended['history']): string | undefined {
  for (const { activityTaskCompletedEventAttributes: completed } of history.events ?? []) {
    const data = completed?.result?.payloads?.[0]?.data;
    const id =
      data && (JSON.parse(Buffer.from(data).toString()) as { plan?: { backupId?: string } } | null)?.plan?.backupId;
    if (id) return id;
  }
  return undefined;
}
