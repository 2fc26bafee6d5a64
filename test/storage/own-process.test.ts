import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectoryStorage } from '../../src/storage/directory/create-directory-storage';
import type { Storage } from '../../src/storage/storage';
import { type S3Fixture, startS3Fixture } from './s3-fixture';

const soon = () => new Date(Date.now() + 60_000);

describe('an upload in a worker of its own', () => {
  let fixture: S3Fixture;
  let folder: string;
  beforeAll(async () => {
    fixture = await startS3Fixture();
    await fixture.storage().prepare();
    folder = await mkdtemp(join(tmpdir(), 'holdfast-own-'));
  });
  afterAll(async () => {
    await fixture.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes no more memory than its parts and some, whatever passes through', async () => {
    const { output } = worker(fixture.server.endpoint, 2 ** 29);
    const { before, after } = JSON.parse((await output).trim().split('\n').at(-1) ?? '');
    expect((await fixture.storage().head('zeros'))?.bytes).toBe(2 ** 29);
    expect((after - before) / 1024).toBeLessThan(64 + 70); // MiB: parts, and what the collector has not yet seen
  });

  it.each(['S3', 'a directory'])(
    'leaves nothing to see in %s when it is killed, and nothing at all after a sweep',
    async (kind) => {
      const near = createDirectoryStorage({ name: 'near', config: { kind: 'directory', path: folder } });
      const storage: Storage = kind === 'S3' ? fixture.storage() : near;
      await storage.delete(['zeros']);
      const { child, ticks, output } = worker(
        kind === 'S3' ? fixture.server.endpoint : folder,
        Number.POSITIVE_INFINITY,
      );
      await ticks(6);
      child.kill('SIGKILL');
      await output;
      expect(await storage.head('zeros')).toBeUndefined();
      expect(await storage.sweep('', new Date(Date.now() - 60_000))).toEqual([]);
      expect(await storage.sweep('', soon())).toEqual(['zeros']);
      expect(await storage.sweep('', soon())).toEqual([]);
      expect(await readdir(folder)).toEqual(kind === 'S3' ? [] : ['warm']);
      expect(await fixture.unfinished()).toBe(0);
    },
  );

  function worker(where: string, bytes: number) {
    const { accessKey, secretKey } = fixture.server;
    const script = join(__dirname, 'upload-zeros.ts');
    const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script, where, String(bytes)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, S3_KEY: accessKey, S3_SECRET: secretKey },
    });
    let text = '';
    let heard = () => {};
    child.stdout?.on('data', (data: Buffer) => {
      text += data;
      heard();
    });
    const output = new Promise<string>((resolve) => child.once('close', () => resolve(text)));
    const ticks = (count: number) =>
      new Promise<void>((resolve) => {
        heard = () => text.split('+').length > count && resolve();
        heard();
      });
    return { child, output, ticks };
  }
});
