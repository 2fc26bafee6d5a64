import { spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flipByte, largestArtefact } from '../../../scripts/faults/parts/flip-byte';
import { mountSmallFileSystem } from '../../../scripts/faults/parts/small-file-system';
import { unwrapTool, wrapTool } from '../../../scripts/faults/parts/tool-wrapper';
import { runTool } from '../../../scripts/servers/run-tool';
import { type TemporaryFolder, temporaryFolder } from '../../../scripts/servers/temporary-folder';
import { waitUntil } from '../../../scripts/servers/wait-until';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder('holdfast-parts');
});
afterEach(() => folder.remove());

const mounts = () => readFile('/proc/mounts', 'utf8');

describe('a small file system', () => {
  it('is full when it was filled, has room when it was cleared, and is gone when it is closed', async () => {
    const small = await mountSmallFileSystem(join(folder.path, 'small'), { MiB: 4 });
    await small.fill(8_192);
    expect(await small.freeBytes()).toBe(8_192);
    await expect(writeFile(join(small.folder, 'file'), Buffer.alloc(100_000))).rejects.toThrow('ENOSPC');
    await small.clear();
    await writeFile(join(small.folder, 'file'), Buffer.alloc(100_000));
    await small.close();
    await small.close();
    expect(await mounts()).not.toContain(folder.path);
    await expect(readFile(small.folder)).rejects.toThrow('ENOENT');
  });

  it('is gone also when the process that mounted it is killed', async () => {
    const path = join(folder.path, 'orphan');
    const part = join(__dirname, '../../../scripts/faults/parts/small-file-system.ts');
    const code = `require(${JSON.stringify(part)}).mountSmallFileSystem(${JSON.stringify(path)}, { MiB: 1 })`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', `${code}; setInterval(() => {}, 1000)`], {
      cwd: join(__dirname, '../../..'),
      stdio: 'ignore',
    });
    await waitUntil('child', 'mounted', 30_000, async () => (await mounts()).includes(path));
    child.kill('SIGKILL');
    await waitUntil('guard', 'done', 10_000, async () => !(await mounts()).includes(path));
  });

  it('fails loudly where it cannot be mounted', async () => {
    await expect(mountSmallFileSystem(join(folder.path, 'none'), { MiB: -1 })).rejects.toThrow('run mount');
    await expect(readFile(join(folder.path, 'none'))).rejects.toThrow('ENOENT');
  });
});

describe('a wrapped tool', () => {
  const text = '0123456789'.repeat(20_000);
  const cat = (...args: string[]) => runTool(join(folder.path, 'bin/cat'), args, { input: text, accept: [0, 1] });
  beforeEach(async () => {
    await mkdir(join(folder.path, 'bin'));
    await symlink('/usr/bin/cat', join(folder.path, 'bin/cat'));
  });

  it('writes all and fails at its end', async () => {
    await wrapTool(join(folder.path, 'bin'), 'cat', { kind: 'fails-at-end' });
    expect(await cat()).toMatchObject({ code: 1, stdout: text, stderr: expect.stringContaining('cat: error:') });
    expect((await cat('--version')).code).toBe(0);
  });

  it('loses its end and says that all is well', async () => {
    await wrapTool(join(folder.path, 'bin'), 'cat', { kind: 'cut-short', bytes: 7 });
    expect(await cat()).toMatchObject({ code: 0, stdout: text.slice(0, -7) });
  });

  it('waits until it is let go, and notes that it was started', async () => {
    await wrapTool(join(folder.path, 'bin'), 'cat', { kind: 'held', folder: folder.path });
    await writeFile(join(folder.path, 'wait'), '');
    let ended = false;
    const running = cat().then((end) => {
      ended = true;
      return end;
    });
    await waitUntil('cat', 'started', 10_000, () =>
      readFile(join(folder.path, 'cat.starts'), 'utf8').then(Boolean, () => false),
    );
    expect(ended).toBe(false);
    await runTool('rm', [join(folder.path, 'wait')]);
    expect(await running).toMatchObject({ code: 0, stdout: text });
  });

  it('is itself again afterwards', async () => {
    await wrapTool(join(folder.path, 'bin'), 'cat', { kind: 'cut-short', bytes: 7 });
    await unwrapTool(join(folder.path, 'bin'), 'cat');
    await unwrapTool(join(folder.path, 'bin'), 'cat');
    expect(await cat()).toMatchObject({ code: 0, stdout: text });
  });
});

test('a flipped byte is one bit of the largest artefact, and flipped again it is as before', async () => {
  const data = join(folder.path, 'backups/2026-01-01T00:00:00Z/data');
  await mkdir(data, { recursive: true });
  await writeFile(join(data, 'small'), 'x');
  await writeFile(join(data, 'large'), Buffer.alloc(1_000, 1));
  const path = await largestArtefact(folder.path, '2026-01-01T00:00:00Z');
  expect(path).toBe(join(data, 'large'));
  await flipByte(path);
  const flipped = await readFile(path);
  expect(flipped.filter((byte) => byte !== 1)).toHaveLength(1);
  await flipByte(path);
  expect((await readFile(path)).equals(Buffer.alloc(1_000, 1))).toBe(true);
});
