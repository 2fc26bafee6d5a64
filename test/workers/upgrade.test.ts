import { childrenOf } from './children';
import { type OtherVersion, otherVersion } from './other-version';
import { startWorker, type WorkerProcess } from './worker-process';
import { until, type WorkerScene, workerScene } from './worker-scene';

jest.setTimeout(300_000);

const workflow = 'src/workflows/backup.ts';
const step = `const checked = await job.run('checkDatabase', {});`;
const twice = `await job.run('checkDatabase', {});\n  ${step}`;
const guarded = `if (require('@temporalio/workflow').patched('looks-twice')) await job.run('checkDatabase', {});\n  ${step}`;

let scene: WorkerScene;
let versions: { readonly careless: OtherVersion; readonly careful: OtherVersion };
const workers: WorkerProcess[] = [];
let control: WorkerProcess;

async function start(what: string, version?: OtherVersion): Promise<WorkerProcess> {
  const worker = await startWorker(scene.stack, what, version?.folder);
  workers.push(worker);
  const ready = async () => (await worker.log()).includes('asking for work');
  await until(`${what} asking for work`, ready, 120_000).catch(async (error) => {
    throw new Error(`${error.message}: ${await worker.log()}`);
  });
  return worker;
}

beforeAll(async () => {
  scene = await workerScene();
  versions = {
    careless: await otherVersion(workflow, step, twice),
    careful: await otherVersion(workflow, step, guarded),
  };
  control = await start('control');
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.end(20_000)));
  await scene?.close();
  await Promise.all(Object.values(versions ?? {}).map((version) => version.remove()));
});

const eventsOf = async (jobId: string) => (await scene.client.workflow.getHandle(jobId).fetchHistory()).events ?? [];
const stepsOf = async (jobId: string) =>
  (await eventsOf(jobId)).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
const checksOf = async (jobId: string) => (await stepsOf(jobId)).filter((name) => name === 'checkDatabase').length;

async function upgradeTo(version: OtherVersion): Promise<void> {
  await control.end(20_000);
  control = await start('control', version);
}

test('a control worker is upgraded in the middle of a backup: that job goes on as it began, the next one takes the new way', async () => {
  const agent = await start('db1');
  const blocker = await scene.session();
  await blocker.query('BEGIN');
  await blocker.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
  await scene.start('backup', 'in-flight');
  const isDumping = async () => (await stepsOf('in-flight')).includes('runDump');
  await until('dumping', async () => (await isDumping()) && childrenOf(agent.pid, 'pg_dump').length > 0);

  // A new step without patched(): the job's history does not fit, so it waits, and nothing is lost.
  await upgradeTo(versions.careless);
  await blocker.query('ROLLBACK');
  await blocker.end();
  const failedTasks = async () =>
    (await eventsOf('in-flight')).filter((event) => event.workflowTaskFailedEventAttributes);
  await until('the job at odds with the new code', async () => (await failedTasks()).length > 0);
  expect(JSON.stringify(await failedTasks())).toContain('TMPRL1100');

  // The same step behind patched().
  await upgradeTo(versions.careful);
  expect(await scene.result('in-flight')).toMatchObject({ status: 'success' });
  expect(await checksOf('in-flight')).toBe(1);
  expect(childrenOf(agent.pid, 'pg_dump')).toEqual([]);

  await scene.start('backup', 'next');
  expect(await scene.result('next')).toMatchObject({ status: 'success' });
  expect(await checksOf('next')).toBe(2);
  const markers = (await eventsOf('next')).filter((event) => event.markerRecordedEventAttributes);
  expect(JSON.stringify(markers)).toContain('core_patch');
});
