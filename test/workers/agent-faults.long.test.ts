import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from './children';
import { startWorker, type WorkerProcess } from './worker-process';
import { until, type WorkerScene, workerScene } from './worker-scene';

jest.setTimeout(180_000);

let scene: WorkerScene;
let agent: WorkerProcess;
beforeAll(async () => {
  scene = await workerScene();
  // Enough that a copy takes a second or two, so that it can be caught in the act.
  const ballast = join(scene.stack.postgres.dataDirectory, 'ballast');
  spawnSync('dd', ['if=/dev/urandom', `of=${ballast}`, 'bs=1M', 'count=300']);
  spawnSync('chown', [scene.stack.postgres.owner, ballast]);
  await startWorker(scene.stack, 'control').then((control) => controls.push(control));
  agent = await startWorker(scene.stack, 'db1');
});
const controls: WorkerProcess[] = [];
afterAll(async () => {
  await agent?.end(20_000);
  await Promise.all(controls.map((control) => control.end(20_000)));
  await scene?.close();
});

const isUp = () => scene.stack.postgres.isRunning();
const sealed = async () => {
  const folder = join(scene.stack.folder, 'near/shop/backups');
  const ids = await readdir(folder).catch(() => []);
  const contents = await Promise.all(ids.map((id) => readdir(join(folder, id))));
  return contents.filter((names) => names.includes('COMPLETE')).length;
};

/** Waits until the agent copies, and holds the copy there; resolves to its process id. */
async function catchCopy(program: string): Promise<number> {
  let caught = 0;
  await until(`copying with ${program}`, () => {
    const [pid] = childrenOf(agent.pid, program);
    if (pid === undefined) return false;
    process.kill(pid, 'SIGSTOP');
    caught = pid;
    return true;
  });
  return caught;
}

test('a database that a job keeps stopped comes back up when its agent is killed and the job terminated', async () => {
  await scene.start('backup', 'terminated', { method: 'cold' });
  await catchCopy('tar');
  expect(await isUp()).toBe(false);
  await agent.kill9();
  await until('rid of the children', () => childrenOf(agent.pid, 'tar').length === 0, 5_000);
  await scene.client.workflow.getHandle('terminated').terminate();
  expect(await isUp()).toBe(false);
  agent = await startWorker(scene.stack, 'db1');
  await until('up again', isUp);
  await until('told', async () =>
    /ERROR.*"shop" was out of service, and is back: its job is over/.test(await agent.log()),
  );
  expect(await readdir(join(scene.stack.folder, 'agent/shop'))).not.toContain('stopped.json');
  expect(await sealed()).toBe(0);
});

test('an agent that is asked to go brings the database up, and its job takes it down again when it is back', async () => {
  await scene.start('backup', 'interrupted', { method: 'cold' });
  const copy = await catchCopy('tar');
  const ending = agent.end(60_000);
  await sleep(6_000); // past the grace that running steps are given
  process.kill(copy, 'SIGCONT');
  await ending;
  expect(await isUp()).toBe(true);
  expect(await agent.log()).toContain('"shop" was out of service, and is back: the agent goes');
  agent = await startWorker(scene.stack, 'db1');
  const result = await scene.result('interrupted');
  expect(result).toMatchObject({ status: 'success', method: 'cold' });
  expect(result['downtime-ms']).toBeGreaterThan(0);
  expect(await isUp()).toBe(true);
  expect(await sealed()).toBe(1);
});

test('a dump whose agent is killed is begun anew by the next life of the agent, and the job finishes', async () => {
  const blocker = await scene.session();
  await blocker.query('BEGIN');
  await blocker.query('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
  await scene.start('backup', 'killed');
  await until('dumping', () => childrenOf(agent.pid, 'pg_dump').length > 0);
  await agent.kill9();
  await until('rid of the children', () => childrenOf(agent.pid, 'pg_dump').length === 0, 5_000);
  await blocker.query('ROLLBACK');
  await blocker.end();
  agent = await startWorker(scene.stack, 'db1');
  expect(await scene.result('killed')).toMatchObject({ status: 'success' });
  expect(await sealed()).toBe(2);
});

test('one agent at a time keeps the books of a host', async () => {
  await expectRefused(scene.stack);
});

test('a second agent of the same name is refused on this host though it has books of its own', async () => {
  const { holdfast, folder } = scene.stack;
  const elsewhere = join(folder, 'elsewhere.yaml');
  const text = await readFile(holdfast.configPath, 'utf8');
  await writeFile(elsewhere, text.replace(join(folder, 'agent'), join(folder, 'other-agent')), { mode: 0o600 });
  const env = { ...holdfast.env, HOLDFAST_CONFIG: elsewhere };
  await expectRefused({ ...scene.stack, holdfast: { ...holdfast, env } });
});

/** An agent that is started there besides the one that runs. */
async function expectRefused(stack: WorkerScene['stack']): Promise<void> {
  const second = await startWorker(stack, 'db1');
  await until('ended', () => !second.isRunning());
  expect(await second.log()).toContain(`start agent "db1": process ${agent.pid} runs it already on this host`);
}
