import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeDurably } from '../../src/agent/durable-file';
import { HookGroups } from '../../src/agent/hook-groups';
import { claimState } from '../../src/agent/only-agent';
import { endSurvivors } from '../../src/agent/survivors';
import { ownerTag, ownerVariable, startTimeOf } from '../../src/pipeline/owner-tag';

const started: ChildProcess[] = [];
let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'holdfast-survivors-'));
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await rm(state, { recursive: true, force: true });
});

function lasting(env: Readonly<Record<string, string>>): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['600'], { env, detached: true, stdio: 'ignore' });
  started.push(child);
  return child as ChildProcess & { pid: number };
}

const lives = async ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;
const settled = () => new Promise((resolve) => setTimeout(resolve, 200));

test('a child whose worker is dead is ended, one whose worker lives is not', async () => {
  const own = lasting(ownerTag());
  const orphan = lasting({ [ownerVariable]: `${process.pid}/1` }); // our id, in another life
  const stranger = lasting({});
  await settled();
  const ended = await endSurvivors([]);
  expect(ended).toContainEqual({ pid: orphan.pid, program: 'sleep' });
  await settled();
  expect(await Promise.all([own, orphan, stranger].map(lives))).toEqual([true, false, true]);
});

test('of a hook only what stayed in its group is ended, and only if the group is still that hook', async () => {
  const hooks = new HookGroups(state);
  const [left, other] = [lasting({ HOLDFAST_JOB_ID: 'a' }), lasting({ HOLDFAST_JOB_ID: 'b' })];
  const gone = lasting({ HOLDFAST_JOB_ID: 'a' }); // a service that the hook started in a group of its own
  await hooks.note({ group: left.pid, jobId: 'a' });
  await hooks.note({ group: other.pid, jobId: 'a' }); // an id that came to mean another process
  await settled();
  await endSurvivors(await hooks.all());
  await settled();
  expect(await Promise.all([left, other, gone].map(lives))).toEqual([false, true, true]);
  await hooks.forget({ group: left.pid, jobId: 'a' });
  expect((await hooks.all()).map(({ group }) => group)).toEqual([other.pid]);
});

describe('the books of a host', () => {
  const claims = async () => (await readdir(state)).filter((name) => name.startsWith('agent-'));

  test('are kept by one living process', async () => {
    const other = lasting({});
    await settled();
    const owner = { pid: other.pid, start: startTimeOf(other.pid) };
    await writeDurably(join(state, 'agent-7.json'), JSON.stringify(owner));
    await expect(claimState('db1', state)).rejects.toMatchObject({
      code: 'agent-running',
      message: `start agent "db1": process ${other.pid} runs it already on this host`,
    });
    await writeDurably(join(state, 'agent-7.json'), JSON.stringify({ ...owner, start: '1' }));
    await claimState('db1', state);
    await claimState('db1', state);
    expect((await readdir(state)).sort()).toEqual(['agent-8.json', 'agent.lock']);
  });

  test('are kept by one process also where each sees only the processes of its own container', async () => {
    const [first, second] = [contained(state), contained(state)];
    await Promise.all([first, second].map(({ ready }) => ready));
    first.child.stdin?.end('go');
    expect(await first.said).toBe('mine');
    second.child.stdin?.end('go');
    expect(await second.said).toMatch(
      /^start agent "db1": process \d+ runs it already in the container or on the host "/,
    );
    const gone = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await gone;
    const third = contender(state);
    await third.ready;
    third.child.stdin?.end('go');
    expect(await third.said).toBe('mine');
  });

  test('are refused where the folder cannot be locked', async () => {
    await mkdir(join(state, 'agent.lock'));
    await expect(claimState('db1', state)).rejects.toMatchObject({ code: 'state-unlockable' });
  });

  test('pass from a dead process to exactly one of many that start at the same instant', async () => {
    await writeDurably(join(state, 'agent-3.json'), JSON.stringify({ pid: process.pid, start: '1' }));
    const contenders = Array.from({ length: 6 }, () => contender(state));
    await Promise.all(contenders.map(({ ready }) => ready));
    for (const { child } of contenders) child.stdin?.end('go');
    const words = await Promise.all(contenders.map(({ said }) => said));
    expect(words.filter((word) => word === 'mine')).toHaveLength(1);
    const winner = contenders[words.indexOf('mine')]?.child.pid;
    for (const word of words.filter((other) => other !== 'mine'))
      expect(word).toBe(`start agent "db1": process ${winner} runs it already on this host`);
    expect(await claims()).toHaveLength(1);
  });
});

/** The same in a name space of processes of its own, as containers have it. */
const contained = (folder: string) => contender(folder, ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']);

/** A process that claims the state folder when it is told to, says how that ended, and stays. */
function contender(folder: string, wrapper: readonly string[] = []) {
  const own = [process.execPath, '--import', require.resolve('tsx'), join(__dirname, 'claim-state.ts'), folder];
  const [program = '', ...args] = [...wrapper, ...own];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = lines.next();
  return { child, ready, said: ready.then(() => lines.next()).then(({ value }) => String(value)) };
}
