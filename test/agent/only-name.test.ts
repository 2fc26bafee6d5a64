import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { holdName } from '../../src/agent/only-name';

const started: ChildProcess[] = [];
let folder: string;
const warned: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-names-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map(killed));
  warned.length = 0;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const namespace = 'test-of-names';
const refused = (pid: unknown) => `start agent "db1": process ${pid} runs it already on this host`;
const hold = (agent = 'db1', space = namespace, folders = [folder]) =>
  holdName(agent, space, { folders, warn: (text) => warned.push(text) });

/** A process that takes the name there and stays; resolves when it has told how that ended. */
async function another(): Promise<{ child: ChildProcess; said: string }> {
  const args = ['--import', require.resolve('tsx'), join(__dirname, 'hold-name.ts'), namespace, folder];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  for await (const said of createInterface({ input: child.stdout })) return { child, said };
  throw new Error('a process that says nothing');
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

test("one process has an agent's name, until it is dead or gives the name back", async () => {
  const { child, said } = await another();
  expect(said).toBe('mine');
  await expect(hold()).rejects.toMatchObject({ code: 'agent-running', message: refused(child.pid) });
  await killed(child);
  const giveBack = await hold();
  expect((await another()).said).toBe(refused(process.pid));
  giveBack();
  expect((await another()).said).toBe('mine');
});

test('other names, and the same name in other namespaces, are free', async () => {
  await another();
  const held = [await hold('db2'), await hold('db1', `${namespace}-2`)];
  for (const giveBack of held) giveBack();
});

test('a process that is stopped keeps the name', async () => {
  const { child } = await another();
  child.kill('SIGSTOP');
  await expect(hold()).rejects.toThrow(refused(child.pid));
});

test('what another user of the host puts in its way keeps no agent from starting, and none of his words are shown', async () => {
  const [theirs, open, link] = [join(folder, 'theirs'), join(folder, 'open'), join(folder, 'link')];
  await mkdir(theirs, { mode: 0o700 });
  await chown(theirs, 65534, 65534);
  await mkdir(open);
  await chmod(open, 0o777);
  await symlink(theirs, link);
  const giveBack = await hold('db1', namespace, [theirs, open, link]);
  expect(warned).toEqual(['cannot make sure that no other process of this host serves the same agent']);
  giveBack();
  const own = await hold('db1', namespace, [theirs, folder]);
  await expect(another()).resolves.toMatchObject({ said: refused(process.pid) });
  own();
});
