import { mkdir, rm } from 'node:fs/promises';
import { Ledger } from '../../src/agent/ledger';
import { until } from '../workflows/stage/ending';
import { gate } from '../workflows/stage/script';
import { database, openScene, type Scene } from './scene';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene('holdfast-lock');
  await scene.configure({
    shop: database({ lock: 'cluster' }),
    crm: database({ lock: 'cluster' }),
    alone: database(),
  });
  await scene.prepare();
  await scene.startWorkers();
});
afterAll(() => scene?.close());

interface Party {
  readonly 'job-id': string;
  readonly mode: string;
  readonly doing?: string;
}
interface Lock {
  readonly lock: string;
  readonly holders: readonly Party[];
  readonly waiters: readonly Party[];
}
interface Failed {
  readonly error: { code: string; exit: number; message: string; hint: string };
}

/** A job that holds its lock, in this mode, and dumps until it is told to go on. */
async function dumping(jobId: string, name: string, mode: 'fenced' | 'online' = 'fenced'): Promise<() => void> {
  const { behaviour, open } = gate();
  const { calls } = scene.agent.prepare(jobId, { runDump: behaviour });
  await scene.run('backup', name, '--mode', mode, '--job-id', jobId, '--detach');
  await until(`${jobId} dumping`, () => calls.includes('runDump'));
  return open;
}
const success = (jobId: string) =>
  until(`${jobId} at its end`, async () => {
    const { status } = await scene.client.workflow.getHandle(jobId).describe();
    return status.name === 'COMPLETED';
  });
const status = (name: string) => scene.json<Lock>('lock', 'status', name);
const end = (jobId: string) => scene.client.workflow.getHandle(jobId).terminate('by a test');

describe('databases that share a lock', () => {
  test('exclude each other: whoever does not wait, or not long enough, is told by whom, since when, and what it is doing', async () => {
    const goOn = await dumping('shared-1', 'shop');
    const refusedWith = async (...options: string[]) =>
      (await scene.json<Failed>('backup', 'crm', '--mode', 'fenced', ...options)).error;
    const [atOnce, soon] = [await refusedWith('--no-wait'), await refusedWith('--wait-timeout', '1')];
    for (const error of [atOnce, soon]) {
      expect(error).toMatchObject({ code: 'locked-out', exit: 6 });
      expect(error.message).toMatch(/held by backup of shop \(job shared-1, since [\dT:-]+Z, dumping: runDump\) after/);
      expect(error.hint).toContain('holdfast lock status cluster');
    }
    expect(soon.message).toContain('after waiting 1 s');
    const free = await scene.run('backup', 'alone', '--mode', 'fenced', '--no-wait');
    expect(free.code).toBe(0);
    goOn();
    await success('shared-1');
  });

  test('are served one after the other', async () => {
    const goOn = await dumping('turn-1', 'shop');
    const { calls } = scene.agent.prepare('turn-2');
    await scene.run('backup', 'crm', '--mode', 'fenced', '--job-id', 'turn-2', '--detach');
    await until('the second in the queue', async () => (await status('shop')).waiters.length === 1);
    expect(await status('crm')).toMatchObject({
      lock: 'cluster',
      holders: [{ 'job-id': 'turn-1', mode: 'exclusive', doing: 'dumping: runDump' }],
      waiters: [{ 'job-id': 'turn-2', mode: 'exclusive' }],
    });
    expect(calls).not.toContain('fenceDatabase');
    goOn();
    await success('turn-2');
  });

  test('are let in beside each other again once the copy is made and only the upload is left', async () => {
    const [copy, upload] = [gate(), gate()];
    const script = { runDump: copy.behaviour, uploadArtefacts: upload.behaviour };
    const { calls } = scene.agent.prepare('lowered-1', script);
    const staged = ['--mode', 'fenced', '--transfer', 'staged'];
    await scene.run('backup', 'shop', ...staged, '--job-id', 'lowered-1', '--detach');
    await until('the copy', () => calls.includes('runDump'));
    scene.agent.prepare('lowered-2');
    await scene.run('backup', 'crm', '--mode', 'online', '--job-id', 'lowered-2', '--detach');
    await until('the second in the queue', async () => (await status('shop')).waiters.length === 1);
    copy.open();
    await success('lowered-2');
    expect((await status('shop')).holders).toMatchObject([{ 'job-id': 'lowered-1', mode: 'shared' }]);
    const hasty = await scene.json<Failed>('backup', 'crm', '--mode', 'fenced', '--no-wait');
    expect(hasty.error.message).toContain('job lowered-1');
    upload.open();
    await success('lowered-1');
  });
});

describe('holdfast lock', () => {
  test('shows one lock or all of them, also by its short form', async () => {
    const goOn = await dumping('shown', 'alone');
    const { stdout } = await scene.run('lock', 'status');
    expect(stdout).toMatch(/cluster: free\n/);
    expect(stdout).toMatch(/holds +exclusive +shown +backup of alone .* dumping: runDump/);
    expect((await scene.run('lock', 'alone')).stdout).toContain('shown');
    const { locks } = await scene.json<{ locks: Lock[] }>('lock', 'status');
    expect(locks.map(({ lock, holders }) => [lock, holders.length])).toEqual([
      ['cluster', 0],
      ['alone', 1],
    ]);
    goOn();
    await success('shown');
  });

  test('releases what a dead job left, and nothing of a job that runs unless it is forced', async () => {
    const goOn = await dumping('stuck', 'shop');
    const release = (...more: string[]) =>
      scene.json<Failed>('lock', 'release', 'shop', '--reason', 'by a test', ...more);
    expect((await release()).error).toMatchObject({
      code: 'hold-in-use',
      exit: 6,
      message: 'release the hold of job "stuck" on "cluster": the job still runs',
      hint: expect.stringContaining('holdfast lock release cluster --job stuck --reason TEXT --force'),
    });
    expect((await status('shop')).holders).toHaveLength(1);
    await end('stuck');
    expect((await status('shop')).holders).toMatchObject([{ doing: 'closed' }]);
    expect(await release()).toEqual({ lock: 'cluster', 'job-id': 'stuck', released: true, forced: false });
    expect(await release()).toEqual({ lock: 'cluster', released: false, forced: false });
    goOn();
  });

  test('takes a hold from a job that runs when it is forced; the reason stays in the history', async () => {
    const goOn = await dumping('forced', 'shop');
    const forced = ['lock', 'release', 'crm', '--force', '--reason', 'the host is gone for good'];
    expect(await scene.json(...forced)).toMatchObject({ 'job-id': 'forced', released: true, forced: true });
    const goOnToo = await dumping('next', 'crm');
    const { events } = await scene.client.workflow.getHandle('restore-mutex/cluster').fetchHistory();
    const accepted = (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    const [payload] =
      accepted.at(-1)?.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.args?.payloads ?? [];
    expect(Buffer.from(payload?.data ?? []).toString()).toContain('the host is gone for good');
    goOn();
    goOnToo();
    await success('next');
  });

  test('asks whose hold is meant where several hold, and for a reason', async () => {
    const open = [await dumping('both-1', 'shop', 'online'), await dumping('both-2', 'crm', 'online')];
    const release = (...more: string[]) => scene.json<Failed>('lock', 'release', 'shop', '--force', ...more);
    expect((await release('--reason', 'why not')).error.message).toContain('--job is needed: both-1, both-2');
    expect((await release('--reason', 'why not', '--job', 'nobody')).error).toMatchObject({
      code: 'usage-wrong',
      exit: 2,
    });
    expect((await release('--reason', ' ')).error).toMatchObject({ code: 'usage-wrong', exit: 2 });
    expect((await release()).error.message).toContain('--reason');
    expect((await status('shop')).holders).toHaveLength(2);
    expect(await release('--reason', 'why not', '--job', 'both-2')).toMatchObject({
      'job-id': 'both-2',
      released: true,
    });
    for (const goOn of open) goOn();
    await Promise.all([success('both-1'), success('both-2')]);
  });
});

describe('a lock that cannot be asked', () => {
  test('since something else has the id of its mutex is told as such, with what to do, and no stack', async () => {
    await scene.configure({ shop: database({ lock: 'cluster' }), quiet: database() });
    const options = { taskQueue: 'holdfast', workflowId: 'restore-mutex/quiet', args: [] };
    const handle = await scene.client.workflow.start('nonsense', options);
    await until('its tasks to fail', async () =>
      ((await handle.fetchHistory()).events ?? []).some((event) => event.workflowTaskFailedEventAttributes),
    );
    const commands = [
      ['lock', 'status', 'quiet'],
      ['lock', 'status'],
      ['lock', 'release', 'quiet', '--force', '--reason', 'x'],
    ];
    for (const command of commands) {
      const { error } = await scene.json<Failed>(...command);
      expect([command, error]).toEqual([command, expect.objectContaining({ code: 'lock-unreadable', exit: 7 })]);
      expect(error.message).not.toMatch(/\n|\bat .*:\d+/);
      expect(error.hint).toContain('temporal workflow terminate --workflow-id restore-mutex/quiet');
    }
    await handle.terminate('by a test');
  });
});

describe('a host that has obeyed a hold of the future', () => {
  test('forgets it by a command of its own, and says so where it is not the one', async () => {
    const { agents } = await scene.configure({ shop: database({ lock: 'cluster' }), alone: database() });
    const state = agents['db1']?.state ?? '';
    await rm(state, { recursive: true, force: true });
    expect((await scene.json<Failed>('lock', 'reset', 'shop')).error).toMatchObject({ code: 'usage-wrong', exit: 2 });
    const future = Date.now() + 3_600_000;
    await mkdir(state, { recursive: true });
    await new Ledger(state).admit('shop', { lock: 'cluster', mode: 'exclusive', token: future });
    expect(await scene.json('lock', 'reset', 'shop')).toEqual({ lock: 'cluster', agents: ['db1'] });
    await new Ledger(state).admit('shop', { lock: 'cluster', mode: 'exclusive', token: Date.now() });
  });
});
