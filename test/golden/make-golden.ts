import { cpSync } from 'node:fs';
import { checkDatabase, checkStorage } from '../../src/activities/check-steps';
import { cleanSpool } from '../../src/activities/clean-step';
import type { BackupStep } from '../../src/activities/contract';
import { runDump } from '../../src/activities/dump-step';
import { recordJobStep } from '../../src/activities/record-job';
import { sealBackup } from '../../src/activities/seal-step';
import { bringUpDatabase } from '../../src/activities/stop-start-steps';
import { uploadArtefacts, uploadLogs } from '../../src/activities/upload-steps';
import { failure } from '../../src/model/errors';
import { JobRecord } from '../../src/model/job-record';
import { type AgentScene, agentScene } from '../activities/agent-scene';
import { stepWork } from '../activities/step-work';

/**
 * Makes a repository as this version leaves one: a backup by each method, one that failed, one in progress, a restore, and all records. It is made once for a
 * format version, and kept for ever: `npx tsx test/golden/make-golden.ts test/golden/format-N`.
 */
async function makeGolden(target: string): Promise<void> {
  const scene = await agentScene({ backup: { 'compression-level': 19, compression: 'zstd' } });
  try {
    await scene.query(`DROP TABLE orders;
      CREATE TABLE goods (id int PRIMARY KEY, name text NOT NULL);
      INSERT INTO goods SELECT n, 'thing ' || n FROM generate_series(1, 100) AS n;
      CREATE SEQUENCE numbers START 7; SELECT nextval('numbers');`);
    await succeed(scene, 'golden-logical', {}, 1);
    await succeed(scene, 'golden-physical', { method: 'physical' }, 2);
    await succeed(scene, 'golden-cold', { method: 'cold' }, 3);
    await fail(scene, 'golden-failed', 4);
    const open = await scene.backup('golden-open', {}, 5);
    await runDump(scene.inside)(open, stepWork('golden-open'));
    await restore(scene, 'golden-restore', 6);
    cpSync(`${scene.folder}/near/shop`, `${target}/shop`, { recursive: true });
  } finally {
    await scene.close();
  }
}

async function succeed(scene: AgentScene, jobId: string, request: object, token: number): Promise<void> {
  const [step, work] = [
    await scene.backup(jobId, { ...request, name: 'golden', annotations: { kept: 'for ever' } }, token),
    stepWork(jobId),
  ];
  const checked = await checkDatabase(scene.inside)(step, work);
  await checkStorage(scene.inside)({ ...step, checked }, work);
  const dumped = await runDump(scene.inside)(step, work);
  const { downtimeMs } = await bringUpDatabase(scene.inside)(step, work);
  const artefacts = dumped.staged ? await uploadArtefacts(scene.inside)({ ...step, dumped }, work) : dumped.artefacts;
  await uploadLogs(scene.inside)({ ...step, outcome: 'success' }, work);
  await sealBackup(scene.inside)({ ...step, checked, dumped, artefacts, downtimeMs }, work);
  await record(scene, step.plan, { status: 'success' });
}

async function fail(scene: AgentScene, jobId: string, token: number): Promise<void> {
  const [step, work] = [await scene.backup(jobId, {}, token), stepWork(jobId)];
  await runDump(scene.inside)(step, work);
  const ended = failure('dump-failed', { database: 'shop', tool: 'pg_dump', reason: 'exit code 1', job: jobId });
  const { code, message, hint, exit } = ended;
  await uploadLogs(scene.inside)({ ...step, outcome: 'error', failure: { code, message, hint, exit } }, work);
  await cleanSpool(scene.inside)({ ...step, failed: true }, work);
  await record(scene, step.plan, { status: 'error', message, error: { code, hint, exit } });
}

async function restore(scene: AgentScene, jobId: string, token: number): Promise<void> {
  const step = await scene.restore(jobId, { 'backup-id': 'latest', into: 'elsewhere' }, token);
  await uploadLogs(scene.inside)({ ...step, outcome: 'success' }, stepWork(jobId));
  await record(scene, step.plan, { status: 'success' });
}

type Plan = Pick<BackupStep['plan'], 'jobId' | 'backupId' | 'method'> & { readonly jobType: string };

async function record(scene: AgentScene, plan: Plan, result: object): Promise<void> {
  const { jobId, jobType, backupId, method } = plan;
  const common = { 'job-id': jobId, 'job-type': jobType, database: 'shop' };
  const record = JobRecord.parse({
    'format-version': 1,
    ...common,
    'run-id': `${jobId}-run`,
    request: { database: 'shop' },
    result: {
      ...common,
      ...result,
      'storage-interface': 'directory',
      'storage-config': { path: '/srv/backups' },
      unit: 'shop/0',
      'backup-id': backupId,
      method,
      'started-at': new Date().toISOString(),
      'finished-at': new Date().toISOString(),
    },
    steps: [],
  });
  await recordJobStep(scene.inside.storages)({ record, storage: 'near' }, stepWork(jobId));
}

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('say where to: npx tsx test/golden/make-golden.ts FOLDER');
void makeGolden(target);
