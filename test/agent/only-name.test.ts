import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { holdName } from '../../src/agent/only-name';

const started: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(killed));
});

/** Unlike that of any other run of this test. */
const namespace = `test-of-names-${process.pid}`;
const refused = (pid: unknown) => `start agent "db1": process ${pid} runs it already on this host`;

/** A process that takes the name there and stays; resolves when it has told how that ended. */
async function another(): Promise<{ child: ChildProcess; said: string }> {
  const args = ['--import', require.resolve('tsx'), join(__dirname, 'hold-name.ts'), namespace];
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
  await expect(holdName('db1', namespace)).rejects.toMatchObject({
    code: 'agent-running',
    message: refused(child.pid),
  });
  await killed(child);
  const giveBack = await holdName('db1', namespace);
  expect((await another()).said).toBe(refused(process.pid));
  await giveBack();
  expect((await another()).said).toBe('mine');
});

test('other names, and the same name in other namespaces, are free', async () => {
  await another();
  const held = [await holdName('db2', namespace), await holdName('db1', `${namespace}-2`)];
  await Promise.all(held.map((giveBack) => giveBack()));
});

test('a process that is stopped keeps the name, though it cannot say who it is', async () => {
  const { child } = await another();
  child.kill('SIGSTOP');
  await expect(holdName('db1', namespace)).rejects.toThrow(refused('(which does not answer)'));
});
