import { setTimeout as sleep } from 'node:timers/promises';
import { openConfigured } from '../../src/client/configured-storage';
import { startJob } from '../../src/client/start-job';
import type { BackupRequest } from '../../src/model/job-request';
import { controlQueue } from '../../src/model/task-queues';
import { sealedBackup } from '../activities/planning-scene';
import { until } from '../workflows/stage/ending';
import { fails, gate, hangs, type Script } from '../workflows/stage/script';
import { database, openScene, type Scene } from './scene';

jest.setTimeout(120_000);

let scene: Scene;
let endWorkers: () => Promise<void>;
beforeAll(async () => {
  scene = await openScene('holdfast-start');
  await scene.prepare();
  endWorkers = await scene.startWorkers();
});
afterAll(() => scene?.close());

interface Failed {
  readonly error: { code: string; exit: number; message: string; hint: string };
}

const backup = (jobId: string, ...more: string[]) => scene.run('backup', 'shop', '--job-id', jobId, ...more);
const phase = async (jobId: string) => (await scene.json('show', jobId)).phase;

/** A job that dumps until `open` is called. */
async function dumping(jobId: string, script: Script = {}): Promise<{ open: () => void; calls: readonly string[] }> {
  const { behaviour, open } = gate();
  const { calls } = scene.agent.prepare(jobId, { runDump: behaviour, ...script });
  await backup(jobId, '--detach');
  await until(`${jobId} dumping`, async () => calls.includes('runDump'));
  return { open, calls };
}

async function forget(jobId: string): Promise<void> {
  const workflowExecution = { workflowId: jobId };
  await scene.client.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution });
  await until('forgotten', () =>
    scene.client.workflow
      .getHandle(jobId)
      .describe()
      .then(
        () => false,
        () => true,
      ),
  );
}

describe('one job id', () => {
  test('used again while its job runs joins it; used after that gives its result; both without a second run', async () => {
    const { open, calls } = await dumping('twice');
    expect(await scene.json('backup', 'shop', '--job-id', 'twice', '--detach')).toEqual({
      'job-id': 'twice',
      how: 'joined',
    });
    const joined = backup('twice');
    await sleep(300);
    open();
    const { code, stdout, stderr } = await joined;
    expect(code).toBe(0);
    expect(stderr).toContain('joined twice, which runs already');
    expect(stdout).toMatch(/done: backup \S+Z of shop/);
    const again = await backup('twice');
    expect(again).toMatchObject({
      code: 0,
      stdout,
      stderr: expect.stringContaining('twice has ended before; this is its result'),
    });
    expect(calls.filter((call) => call === 'runDump')).toHaveLength(1);
  });

  test('that Temporal has forgotten is answered from its record', async () => {
    const before = await scene.json('show', 'twice');
    await forget('twice');
    expect(await scene.run('show', 'twice')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("from the job's record"),
    });
    const again = await scene.json('backup', 'shop', '--job-id', 'twice');
    expect(again).toEqual(before['result']);
    expect(scene.agent.of('twice').calls.filter((call) => call === 'runDump')).toHaveLength(1);
    await forget('twice');
    const other = await scene.json<Failed>('backup', 'shop', '--job-id', 'twice', '--name', 'other');
    expect(other.error).toMatchObject({ code: 'job-id-taken', exit: 2, message: expect.stringContaining('(name)') });
  });

  test('that several start at once runs once', async () => {
    const request: BackupRequest = { database: 'shop', 'job-id': 'race' };
    const started = await Promise.all(Array.from({ length: 6 }, () => startJob(scene.client, 'backup', request)));
    expect(started.filter(({ how }) => how === 'started')).toHaveLength(1);
    expect(await scene.json('watch', 'race')).toMatchObject({ 'job-id': 'race', status: 'success' });
  });

  test.each([
    ['other keys', ['backup', 'shop', '--compression', 'none', '--name', 'x'], 'compression, name'],
    ['another kind of job', ['verify', 'shop'], 'a backup, not a verify'],
  ])('with %s is refused before anything starts, and says the difference', async (_, words, difference) => {
    const { code, stdout } = await scene.run(...words, '--job-id', 'race', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'job-id-taken',
      message: `start job "race": that id belongs to another request (${stdout.includes('they') ? 'they differ in ' : ''}${difference})`,
    });
  });

  test('of a workflow that is no job is not taken for one', async () => {
    await scene.client.workflow.start('backup', {
      taskQueue: 'elsewhere',
      workflowId: 'foreign',
      args: [{ database: 'shop' }],
    });
    expect((await scene.json<Failed>('backup', 'shop', '--job-id', 'foreign')).error.code).toBe('job-id-taken');
    expect((await scene.json<Failed>('watch', 'foreign')).error.code).toBe('job-unknown');
    expect((await scene.json<Failed>('cancel', 'foreign')).error.code).toBe('job-unknown');
  });

  test('that was started without us is joined by the same request, told by the workflow itself', async () => {
    await scene.client.workflow.execute('backup', {
      taskQueue: controlQueue,
      workflowId: 'script',
      args: [{ database: 'shop' }],
    });
    expect((await backup('script')).stderr).toContain('has ended before');
    expect((await backup('script', '--unit', 'shop/0')).code).toBe(2);
  });

  test('that cannot be one is refused with what it may hold', async () => {
    const { code, stderr } = await backup('../other');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/job-id: "\.\.\/other" may hold letters/)]);
  });
});

describe('a job that ends', () => {
  test('in a failure gives its code, its message and its exit code, now and later', async () => {
    scene.agent.prepare('fails', { runDump: fails('dump-failed') });
    const { code, stdout } = await backup('fails', '--json');
    const { error, ...result } = JSON.parse(stdout);
    expect(error).toMatchObject({ code: 'dump-failed', exit: 4, hint: expect.stringContaining('holdfast') });
    expect(code).toBe(4);
    expect(result).toMatchObject({ status: 'error', message: error.message, 'job-id': 'fails' });
    expect(result['artefact-path']).toBeUndefined();
    expect(await backup('fails')).toMatchObject({ code: 4, stderr: expect.stringContaining(error.message) });
    expect(await scene.json('show', 'fails')).toMatchObject({ status: 'error', error: { code: 'dump-failed' } });
    expect((await scene.run('show', 'fails')).stdout).toMatch(
      /backup of shop: failed\n[\s\S]* {2}error {4}[\s\S]* {2}next {5}/,
    );
  });

  test('cancelled says so, with exit code 4', async () => {
    scene.agent.prepare('cancelled', { runDump: hangs() });
    await backup('cancelled', '--detach');
    await until('dumping', async () => scene.agent.of('cancelled').calls.includes('runDump'));
    expect(await scene.run('cancel', 'cancelled')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('asked cancelled to stop'),
    });
    const { code, stderr } = await scene.run('watch', 'cancelled');
    expect([code, stderr]).toEqual([4, expect.stringContaining('cancelled')]);
    expect(await scene.json('cancel', 'cancelled')).toEqual({ 'job-id': 'cancelled', cancelled: false });
    expect((await scene.run('show', 'cancelled')).stdout).toContain('backup of shop: cancelled');
  });

  test('terminated says who and why', async () => {
    const { open } = await dumping('terminated');
    await scene.client.workflow.getHandle('terminated').terminate('host is gone');
    open();
    const { code, stderr } = await scene.run('watch', 'terminated');
    expect(stderr).toMatch(/job "terminated".*terminated by an administrator: host is gone/);
    expect(code).toBe(4);
  });

  test('out of time says so', async () => {
    const options = {
      taskQueue: controlQueue,
      workflowId: 'late',
      args: [{ database: 'shop' }],
      workflowExecutionTimeout: '1s',
    };
    scene.agent.prepare('late', { runDump: gate().behaviour });
    await scene.client.workflow.start('backup', options as never);
    const { code, stderr } = await scene.run('watch', 'late');
    expect([code, stderr]).toEqual([4, expect.stringContaining('it ran out of time')]);
  });

  test('in its plan names what the configuration knows', async () => {
    expect((await scene.json<Failed>('backup', 'shop', '--unit', 'shop/7')).error).toMatchObject({
      ...{ code: 'unit-unknown', exit: 2, message: expect.stringContaining('shop/0') },
    });
  });

  test('tried again says meanwhile why', async () => {
    const { behaviour, open } = gate();
    scene.agent.prepare('again', {
      runDump: (attempt) => (attempt === 1 ? fails('storage-network') : behaviour)(attempt),
    });
    const run = backup('again');
    await until('told', async () => (await scene.run('show', 'again')).stdout.includes('attempt 2; before:')).catch(
      () => undefined,
    );
    open();
    expect((await run).code).toBe(0);
  });
});

describe('a restore and a backup of one database', () => {
  beforeAll(async () => {
    const storage = await openConfigured(await scene.configure({ shop: database() }), 'near');
    await sealedBackup(storage, '2026-01-01T00:00:00Z', { unit: 'shop/0' });
  });

  const restore = (jobId: string, ...more: string[]) =>
    scene.run('restore', 'shop', '--yes', '--job-id', jobId, ...more);

  test('keep each other waiting, which is told with the name of who holds the lock', async () => {
    const { open } = await dumping('holder');
    const patient = restore('patient');
    const seen = await until('waiting', async () => {
      const { stdout } = await scene.run('show', 'patient');
      return stdout.includes('waiting for') && stdout;
    });
    expect(seen).toMatch(/restore of shop: waiting for .*holder/);
    const hurried = await scene.run('backup', 'shop', '--mode', 'fenced', '--no-wait', '--job-id', 'hurried', '--json');
    expect(JSON.parse(hurried.stdout).error).toMatchObject({
      code: 'locked-out',
      message: expect.stringContaining('holder'),
    });
    expect(hurried.code).toBe(6);
    const impatient = await restore('impatient', '--wait', '1');
    expect([impatient.code, impatient.stderr]).toEqual([6, expect.stringMatching(/holder[\s\S]*holdfast /)]);
    open();
    expect((await patient).stderr).toContain('patient: waiting for');
    expect((await patient).stdout).toMatch(/done: restore of backup 2026-01-01T00:00:00Z of shop/);
  });

  test('need a person where neither the new data nor the old can be brought up: exit code 5, now and from the record', async () => {
    scene.agent.prepare('stuck', { swapDatabase: fails('swap-failed'), swapBack: fails('ledger-unreadable') });
    const { code, stderr } = await restore('stuck');
    expect([code, stderr]).toEqual([5, expect.stringMatching(/holdfast: [\s\S]*holdfast /)]);
    await forget('stuck');
    expect((await restore('stuck')).code).toBe(5);
  });
});

describe('while it follows', () => {
  test('Ctrl-C detaches: exit code 130, how to watch or cancel, and the job goes on', async () => {
    const { open } = await dumping('left');
    const watching = scene.run('watch', 'left');
    await until('listening', async () => process.listenerCount('SIGINT') > 0);
    await sleep(500);
    process.emit('SIGINT', 'SIGINT');
    const { code, stdout } = await watching;
    expect(code).toBe(130);
    expect(stdout).toContain('job left goes on without this terminal');
    expect(stdout).toContain('holdfast watch left');
    expect(stdout).toContain('holdfast cancel left');
    expect(process.listenerCount('SIGINT')).toBe(0);
    open();
    expect(await scene.json('watch', 'left')).toMatchObject({ status: 'success' });
  });

  test('Temporal killed and started again is told once and sat through, to the result', async () => {
    const { behaviour, open } = gate();
    const { calls } = scene.agent.prepare('outage', { runDump: behaviour });
    const following = backup('outage');
    await until('dumping', async () => calls.includes('runDump'));
    await sleep(1_000);
    await scene.temporal.kill9();
    await sleep(6_500); // longer than a look is patient
    await scene.temporal.restart();
    open();
    const { code, stderr, stdout } = await following;
    expect(stderr.match(/Temporal does not answer/g)).toHaveLength(1);
    expect([code, stdout]).toEqual([0, expect.stringContaining('done: backup')]);
  });

  test('with nobody to take the job it says so, and how to start somebody', async () => {
    await endWorkers();
    const run = scene.run('backup', 'shop', '--job-id', 'lonely');
    await until('queued', async () => process.listenerCount('SIGINT') > 0);
    await sleep(1_500);
    process.emit('SIGINT', 'SIGINT');
    const { stderr } = await run;
    expect(stderr).toContain('lonely: queued: no control worker has taken it yet');
    expect(await phase('lonely')).toBe('queued');
  });
});
