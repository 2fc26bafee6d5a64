import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { childrenOf } from './children';
import { startWorker, type WorkerProcess } from './worker-process';
import { until, type WorkerScene, workerScene } from './worker-scene';

jest.setTimeout(240_000);

const sigterm = constants.signals.SIGTERM;

/** What a job has left when nobody told its agent that it is over. */
let scene: WorkerScene;
let agent: WorkerProcess;
let control: WorkerProcess;
let bucket: S3Client;
beforeAll(async () => {
  const backup = { 'max-downtime': '4s', compression: 'none' };
  scene = await workerScene({ shop: { backup }, storage: { 'part-size': '5MiB' } });
  const ballast = join(scene.stack.postgres.dataDirectory, 'ballast');
  spawnSync('dd', ['if=/dev/urandom', `of=${ballast}`, 'bs=1M', 'count=200']);
  spawnSync('chown', [scene.stack.postgres.owner, ballast]);
  const shop = await scene.session();
  await shop.query(
    'CREATE TABLE bulk AS SELECT n, repeat(md5(n::text), 100) AS text FROM generate_series(1, 60000) AS n',
  );
  await shop.end();
  const { endpoint, region, accessKey, secretKey } = scene.stack.s3;
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  bucket = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  control = await startWorker(scene.stack, 'control');
  agent = await startWorker(scene.stack, 'db1');
});
afterAll(async () => {
  bucket?.destroy();
  await agent?.end(20_000);
  await control?.end(20_000);
  await scene?.close();
});

const isUp = () => scene.stack.postgres.isRunning();
const handle = (jobId: string) => scene.client.workflow.getHandle(jobId);
const spooled = async () =>
  (await readdir(join(scene.stack.folder, 'agent/spool')).catch(() => [])).filter((name) => name !== 'kept-logs');
const unfinished = async () => {
  const { Uploads } = await bucket
    .send(new ListMultipartUploadsCommand({ Bucket: 'backups' }))
    .catch(() => ({ Uploads: [] }));
  return Uploads?.length ?? 0;
};
const lockIsFree = async () => {
  const mutex = await handle('restore-mutex/shop')
    .query<{ holders: unknown[] }>('view')
    .catch(() => undefined);
  return (mutex?.holders ?? []).length === 0;
};

/** Tools are also asked for their versions, before. */
const isDumping = async (jobId: string) =>
  (await pendingOf(jobId)).some(({ activityType }) => activityType?.name === 'runDump');

async function catchChild(jobId: string, program: string, when = async () => true): Promise<number> {
  let caught = 0;
  await until(`${program} caught`, async () => {
    if (!(await isDumping(jobId)) || !(await when())) return false;
    const [pid] = childrenOf(agent.pid, program);
    if (pid === undefined) return false;
    process.kill(pid, 'SIGSTOP');
    caught = pid;
    return childrenOf(agent.pid, program).includes(pid);
  });
  return caught;
}

/** Lets a child that was caught hear that it is to end, once it has been told: it would be killed for not hearing it, ten seconds later. */
async function letEnd(pid: number): Promise<void> {
  const told = () => {
    const pending = /ShdPnd:\s*(\w+)/.exec(statusOf(pid))?.[1];
    return pending === undefined || (Number.parseInt(pending.slice(-8), 16) & (1 << (sigterm - 1))) !== 0;
  };
  await until('told to end', told);
  if (statusOf(pid) !== '') process.kill(pid, 'SIGCONT');
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return ''; // gone
  }
}

/** Seconds until all of it holds. */
async function secondsUntil(what: string, ...holds: readonly (() => boolean | Promise<boolean>)[]): Promise<number> {
  const began = Date.now();
  for (const each of holds) await until(what, each, 30_000);
  return (Date.now() - began) / 1000;
}

const nothingLeft = [
  async () => (await unfinished()) === 0,
  async () => (await spooled()).length === 0,
  () => childrenOf(agent.pid, 'pg_dump').length + childrenOf(agent.pid, 'tar').length === 0,
];

test('a terminated backup that streamed leaves no upload, no child and no folder, within seconds', async () => {
  await scene.start('backup', 'streamed', { storage: 'main' });
  const dump = await catchChild('streamed', 'pg_dump', async () => (await unfinished()) > 0);
  await handle('streamed').terminate();
  const seconds = await secondsUntil('all gone', () => letEnd(dump).then(() => true), ...nothingLeft);
  console.info(`terminated, streamed: nothing left after ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(30);
});

test('a terminated offline backup leaves the database up, the lock free and the spool clean, within seconds', async () => {
  await scene.start('backup', 'stopped', { method: 'cold' });
  const copy = await catchChild('stopped', 'tar');
  expect(await isUp()).toBe(false);
  await handle('stopped').terminate();
  const seconds = await secondsUntil('all as before', () => letEnd(copy).then(() => true), isUp, ...nothingLeft);
  console.info(`terminated, offline: up and nothing left after ${seconds.toFixed(1)} s`);
  await scene.start('backup', 'after-terminated');
  expect(await scene.result('after-terminated')).toMatchObject({ status: 'success' });
  await until('lock free', lockIsFree);
});

test('what a backup that was terminated while its agent was dead has on the storage goes when the agent is back; its log stays there', async () => {
  await scene.start('backup', 'orphaned', { storage: 'main' });
  await catchChild('orphaned', 'pg_dump', async () => (await unfinished()) > 0);
  await agent.kill9();
  await handle('orphaned').terminate();
  expect(await unfinished()).toBe(1);
  agent = await startWorker(scene.stack, 'db1');
  await secondsUntil('all gone', ...nothingLeft);
  const { stdout } = await scene.stack.holdfast.run('logs', 'orphaned');
  expect(stdout).toContain('ERROR job-terminated');
});

test('a dump that loses its server to a restart is begun again, and the job succeeds', async () => {
  const blocker = await scene.session();
  await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
  await scene.start('backup', 'server-restarted');
  await until(
    'dumping',
    async () => childrenOf(agent.pid, 'pg_dump').length > 0 && (await isDumping('server-restarted')),
  );
  await scene.stack.postgres.stop();
  await until('lost', async () => (await lastFailureOf('server-restarted')).includes('it was interrupted')).finally(
    () => scene.stack.postgres.start(),
  );
  expect(await scene.result('server-restarted')).toMatchObject({ status: 'success' });
});

const lastFailureOf = async (jobId: string) => {
  const failures = (await pendingOf(jobId)).map(({ lastFailure }) => lastFailure?.message);
  const { status } = await handle(jobId).describe();
  if (status.name !== 'RUNNING')
    throw new Error(
      `${jobId} ended: ${await handle(jobId)
        .result()
        .catch((error) => String(error.cause))}`,
    );
  return failures.join();
};
const pendingOf = async (jobId: string) => (await handle(jobId).describe()).raw.pendingActivities ?? [];

test('an agent that was stopped past its heartbeat is noticed within a minute, and does no harm when it wakes', async () => {
  await scene.start('backup', 'frozen', { method: 'cold' });
  const copy = await catchChild('frozen', 'tar');
  const began = Date.now();
  process.kill(agent.pid, 'SIGSTOP');
  await until('noticed', async () => (await pendingOf('frozen')).some(({ attempt }) => (attempt ?? 0) > 1), 90_000);
  const seconds = (Date.now() - began) / 1000;
  console.info(`a host that fell silent was noticed after ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(60);
  await handle('frozen').terminate();
  await scene.start('backup', 'successor', { method: 'cold' });
  process.kill(agent.pid, 'SIGCONT');
  process.kill(copy, 'SIGCONT');
  const result = await scene.result('successor');
  expect(result).toMatchObject({ status: 'success' });
  expect(await isUp()).toBe(true);
  const { stdout } = await scene.stack.holdfast.run('list', 'shop', '--storage', 'near', '--json');
  const finished = (JSON.parse(stdout) as { rows: { status: string; 'job-id'?: string }[] }).rows.filter(
    ({ status }) => status === 'finished',
  );
  const jobs = finished.map((row) => row['job-id']);
  expect(jobs).toContain('successor');
  expect(jobs).not.toContain('frozen');
  await secondsUntil('all gone', ...nothingLeft);
});

test('past max-downtime the database is up although Temporal is away, and its job learns that its copy is void', async () => {
  await scene.start('backup', 'overdue', { method: 'cold' });
  const copy = await catchChild('overdue', 'tar');
  await scene.stack.temporal.kill9();
  try {
    await letEnd(copy);
    await until('up', isUp, 60_000);
  } finally {
    await scene.stack.temporal.restart();
  }
  let timesDown = 0;
  let over = false;
  const watching = (async () => {
    for (; !over; await sleep(100)) timesDown += (await isUp()) ? 0 : 1;
  })();
  const failed = await handle('overdue')
    .result()
    .catch((error) => error.cause);
  over = true;
  await watching;
  expect(timesDown).toBe(0); // it is not taken down a second time
  expect(failed).toMatchObject({ type: 'downtime-exceeded' });
  expect(failed.message).toContain('the copy is void: the watchdog brought it up: max-downtime is over');
  expect(await isUp()).toBe(true);
  await secondsUntil('all gone', ...nothingLeft);
});
