import { chmod, mkdir, mkdtemp, open, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeDurably } from '../../src/agent/durable-file';
import { ownFolder } from '../../src/agent/own-folder';
import { failureOf } from '../storage/failure-of';

let folder: string;
let said: string[];
const report = { warn: (text: string) => void said.push(text) };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-own-'));
  said = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const made = async (mode: number) => {
  const path = join(folder, 'state');
  await mkdir(path);
  await chmod(path, mode);
  return path;
};

test('a folder of the agent that is not there is made for it alone', async () => {
  const path = join(folder, 'var', 'state');
  await ownFolder('db1', path, report);
  expect(await modeOf(path)).toBe(0o700);
  expect(said).toEqual([]);
});

test('one that others may read is closed to them, and that is told', async () => {
  const path = await made(0o755);
  await ownFolder('db1', path, report);
  expect(await modeOf(path)).toBe(0o700);
  expect(said).toEqual([`closed the folder "${path}" to others (its mode was 0755)`]);
});

test.each([0o777, 0o770, 0o1777, 0o702])(
  'one that others may write into (mode %o) is refused, since the agent does what it finds there',
  async (mode) => {
    const path = await made(mode);
    const failed = await failureOf(ownFolder('db1', path, report));
    expect(failed).toMatchObject({ code: 'agent-folder-unsafe', exit: 3 });
    expect(failed.message).toContain('others may write into it');
    expect(failed.hint).toMatch(/^look at what is in it, and close it with: chmod 0700 .*; then start it again with: /);
    expect(await modeOf(path)).toBe(mode & 0o777);
  },
);

test('one of another user is refused', async () => {
  const path = await made(0o700);
  const { uid } = await stat(path);
  const spy = jest.spyOn(process, 'geteuid').mockReturnValue(uid + 1);
  try {
    const failed = await failureOf(ownFolder('db1', path, report));
    expect(failed.code).toBe('agent-folder-unsafe');
    expect(failed.message).toContain(`it belongs to user ${uid}, the agent runs as ${uid + 1}`);
  } finally {
    spy.mockRestore();
  }
});

test('a new folder is synced into its parent, and those above it too, before a file in it counts as written', async () => {
  const synced: string[] = [];
  const probe = await open(folder, 'r');
  const prototype: { sync: () => Promise<void>; fd?: number } = Object.getPrototypeOf(probe);
  await probe.close();
  const real = prototype.sync;
  const spy = jest.spyOn(prototype, 'sync').mockImplementation(async function (this: { fd: number }) {
    synced.push(await readlink(`/proc/self/fd/${this.fd}`));
    return real.call(this);
  });
  try {
    const path = join(folder, 'var', 'state', 'shop', 'stopped.json');
    await writeDurably(path, '{}');
    for (const parent of [folder, join(folder, 'var'), join(folder, 'var', 'state'), dirname(path)])
      expect(synced).toContain(parent);
    // of one that an earlier life made nobody knows whether it came to that
    await mkdir(join(folder, 'made', 'by-another'), { recursive: true });
    await writeDurably(join(folder, 'made', 'by-another', 'file'), '{}');
    expect(synced).toContain(join(folder, 'made'));
  } finally {
    spy.mockRestore();
  }
});
