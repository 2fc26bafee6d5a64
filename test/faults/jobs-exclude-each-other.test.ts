import { join } from 'node:path';
import { buildHoldfast } from '../../scripts/faults/build';
import type { Parked } from '../../scripts/faults/fault';
import { type OpenField, openField } from '../../scripts/faults/field/open-field';
import { isParked, letGo, sendOff } from '../../scripts/faults/parking';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import { waitUntil } from '../../scripts/servers/wait-until';
import { failedOutcome } from '../../src/client/job-outcome';
import { viewLock } from '../../src/client/lock';
import { startJob } from '../../src/client/start-job';

jest.setTimeout(120_000);

let folder: TemporaryFolder;
let field: OpenField;

beforeAll(async () => {
  folder = await temporaryFolder('holdfast-exclusion');
  const build = await buildHoldfast(join(folder.path, 'build'));
  field = await openField({ build, lanes: { restore: 1 } });
});
afterAll(async () => {
  await field?.close();
  await folder?.remove();
});

/** Starts a job and waits until it is held in the middle of a step. */
async function heldIn(scenario: 'online' | 'restore', step: string): Promise<Parked> {
  const [lane] = field.lanes;
  if (lane === undefined) throw new Error('no lane');
  const cell = { fault: 'none', scenario, step, moment: 'middle' } as const;
  const held = { cell, lane, jobId: `${lane.name}-held-${step}` };
  await sendOff(field, held);
  expect(await isParked(field, held, 60_000)).toBe(true);
  return held;
}

const resultOf = (jobId: string) => field.client.workflow.getHandle(jobId).result();

test('a restore asked for during a backup waits for it', async () => {
  const backup = await heldIn('online', 'runDump');
  const { name: database, backupId } = backup.lane;
  await startJob(field.client, 'restore', { database, 'backup-id': backupId, 'job-id': 'waiting-restore' });
  await waitUntil('restore', 'waiting', 30_000, async () =>
    ((await viewLock(field.client, database))?.waiters ?? []).some(({ jobId }) => jobId === 'waiting-restore'),
  );
  await letGo(field, backup);
  expect(await resultOf(backup.jobId)).toMatchObject({ status: 'success' });
  expect(await resultOf('waiting-restore')).toMatchObject({ status: 'success' });
});

test('a backup that does not want to wait for a restore is refused, and told who holds the lock', async () => {
  const restore = await heldIn('restore', 'loadBackup');
  const { name: database } = restore.lane;
  await startJob(field.client, 'backup', { database, 'job-id': 'refused', 'wait-seconds': 0 });
  const outcome = await resultOf('refused').catch((error) =>
    failedOutcome({ jobId: 'refused', type: 'backup' }, error),
  );
  expect(outcome).toMatchObject({ failure: { code: 'locked-out', exit: 6 } });
  expect(outcome.failure.message).toContain(restore.jobId);
  await letGo(field, restore);
  expect(await resultOf(restore.jobId)).toMatchObject({ status: 'success' });
});
