import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended, Sandbox } from './sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const marked = (name: string) => path.join(sandbox.folder, `${name}.pid`);
const marks = () => ['temporal', 'versitygw'].map(marked);
/** Half a binary each, then builders that take their time. */
const startSlowBuild = async () => {
  sandbox.go(`head -c 1000 /dev/zero > "$GOBIN/$name"\necho $$ > "${marked('$name')}"\nsleep 30`);
  const child = sandbox.start();
  await until(() => marks().every((mark) => existsSync(mark) && readFileSync(mark, 'utf8').endsWith('\n')));
  return child;
};

const staged = () => readdirSync(path.join(sandbox.cache, 'staging')).sort();
const builders = () => marks().map((mark) => Number(readFileSync(mark, 'utf8')));
const lives = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function until(fact: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!fact()) {
    if (Date.now() > deadline) throw new Error('waited 10 s in vain');
    await sleep(20);
  }
}

const end = async (child: ChildProcess, signal: NodeJS.Signals) => {
  const done = ended(child);
  child.kill(signal);
  return done;
};

const expectNextRunToFinish = async () => {
  sandbox.go();
  expect((await sandbox.run()).code).toBe(0);
  expect((await sandbox.run()).output).toMatch(/^set-up complete/);
};

describe('set-up that is interrupted while it builds', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s ends the builders, leaves nothing half-made, and the next run finishes', async (signal, code) => {
    const done = await end(await startSlowBuild(), signal);
    expect(done.code).toBe(code);
    expect(done.output).toContain('set-up interrupted; nothing half-made is left');
    await until(() => !builders().some(lives));
    expect(staged()).toEqual([]);
    expect(existsSync(sandbox.cached('temporal'))).toBe(false);
    await expectNextRunToFinish();
  });

  it('by SIGKILL leaves no half binary where one is looked for; the folders are swept once they are old', async () => {
    await end(await startSlowBuild(), 'SIGKILL');
    for (const pid of builders()) process.kill(-pid, 'SIGKILL');
    expect(existsSync(sandbox.cached('temporal'))).toBe(false);
    expect(staged()).toEqual([expect.stringMatching(/^temporal-\d+-/), expect.stringMatching(/^versitygw-\d+-/)]);
    for (const left of staged()) utimesSync(path.join(sandbox.cache, 'staging', left), 0, 0);
    await expectNextRunToFinish();
    expect(staged()).toEqual([]);
  });

  it('while it installs packages keeps the packages that were there', async () => {
    const lock = path.join(sandbox.tree, 'node_modules', '.package-lock.json');
    const before = readFileSync(lock, 'utf8').replaceAll('"version"', '"versions"');
    writeFileSync(lock, before);
    const mark = path.join(sandbox.folder, 'npm.began');
    sandbox.program('npm', `mkdir node_modules\ntouch "${mark}"\nsleep 30`);
    const child = sandbox.start();
    await until(() => existsSync(mark));
    await end(child, 'SIGINT');
    expect(readFileSync(lock, 'utf8')).toBe(before);
    expect(readdirSync(sandbox.tree).filter((name) => name.startsWith('.setup-'))).toEqual([]);
  });
});
