import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookName } from '../../src/activities/contract';
import { runHook } from '../../src/activities/hook-step';
import { processStat } from '../../src/pipeline/owner-tag';
import { type AgentScene, agentScene } from './agent-scene';
import { stepWork } from './step-work';

const hooks = {
  'run-before-backup': '#!/bin/sh\nenv | grep ^HOLDFAST_ | sort\necho to stderr >&2\nstat -c %a "$0"\n',
  'run-after-backup':
    '#!/bin/sh\n[ $HOLDFAST_OUTCOME = success ] && { setsid sh -c "sleep 0.05; seq 2000" 2>&- & exit; }\necho the outcome is $HOLDFAST_OUTCOME\nexit 3\n',
  'run-before-restore': '#!/bin/sh\nsleep 600 & echo $! > pid\nsleep 600\n',
  'run-after-restore': '#!/no/such/interpreter\n',
  timeout: '2s',
};

let scene: AgentScene;
beforeAll(async () => {
  scene = await agentScene({ hooks });
});
afterAll(() => scene?.close());

async function run(jobId: string, hook: HookName, outcome?: string, signal = new AbortController().signal) {
  const step = await scene.backup(jobId);
  const input = outcome === undefined ? { ...step, hook } : { ...step, hook, outcome };
  await runHook(scene.inside)(input, stepWork(jobId, { signal }));
}

const folderOf = (jobId: string) => scene.inside.spool.pathOf(jobId);
const logOf = (jobId: string) => readFile(join(folderOf(jobId), 'backup.log'), 'utf8');

test('a hook is told about its job, and what it prints is in the log', async () => {
  await run('told', 'run-before-backup');
  const log = await logOf('told');
  for (const line of [
    'HOLDFAST_JOB_ID=told',
    'HOLDFAST_DATABASE=shop',
    'HOLDFAST_STEP=run-before-backup',
    'to stderr',
    'run-before-backup 755',
  ]) {
    expect(log).toContain(line);
  }
  expect(log).toMatch(/HOLDFAST_OWNER=$/m); // what it starts may be meant to stay
  expect(log).toMatch(/HOLDFAST_BACKUP_ID=\d{4}-/);
  expect(log).not.toContain(scene.postgres.superuserPassword);
});

test('the last of many lines is in the log too, also from a process that outlives the hook', async () => {
  await run('chatty', 'run-after-backup', 'success');
  const log = await logOf('chatty');
  expect(log.match(/run-after-backup \d+$/gm)).toHaveLength(2000);
  expect(log).toMatch(/run-after-backup 2000\n$/);
});

test('a hook that fails says so with its exit code', async () => {
  await expect(run('fails', 'run-after-backup', 'error')).rejects.toMatchObject({
    code: 'hook-failed',
    message: expect.stringContaining('run hook run-after-backup of database "shop": exit code 3'),
  });
  expect(await logOf('fails')).toContain('the outcome is error');
});

test('a hook whose interpreter is missing says so', async () => {
  await expect(run('missing', 'run-after-restore')).rejects.toMatchObject({ code: 'hook-failed' });
});

test('a hook that takes too long is ended with all that it started', async () => {
  await expect(run('slow', 'run-before-restore')).rejects.toMatchObject({
    code: 'hook-failed',
    message: expect.stringContaining('no end within 2 s'),
  });
  const pid = (await readFile(join(folderOf('slow'), 'pid'), 'utf8')).trim();
  expect(processStat(pid)?.[2] ?? 'Z').toBe('Z'); // where nobody reaps orphans, the dead stay as zombies
  expect(await readdir(join(scene.folder, 'agent/children'))).toEqual([]);
});

test('a hook may be given more time than a timer of Node can count', async () => {
  const { plan, ...step } = await scene.backup('patient');
  const patient = { ...plan, timeouts: { ...plan.timeouts, hook: 40 * 86_400_000 } };
  await runHook(scene.inside)({ ...step, plan: patient, hook: 'run-before-backup' }, stepWork('patient'));
  expect(await logOf('patient')).toContain('HOLDFAST_JOB_ID=patient');
});

test('a hook ends with its job', async () => {
  const stop = new AbortController();
  const running = run('stopped', 'run-before-restore', undefined, stop.signal);
  setTimeout(() => stop.abort(new Error('cancelled')), 500);
  await expect(running).rejects.toThrow('cancelled');
});
