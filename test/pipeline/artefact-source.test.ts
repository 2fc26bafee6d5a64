import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Artefact } from '../../src/model/manifest';
import { createStreamedSink } from '../../src/pipeline/artefact-sink';
import { createArtefactSource } from '../../src/pipeline/artefact-source';
import type { Command } from '../../src/pipeline/pipeline';
import { wholeLines } from '../../src/pipeline/whole-lines';
import { type FolderStorage, folderStorage } from './folder-storage';
import { memoryLog } from './memory-log';
import { temporaryFolder } from './temporary-folder';

const folder = temporaryFolder();
const prefix = 'shop/backups/one/';
const backupId = 'one';
const signal = new AbortController().signal;
const sh = (script: string): Command => ({ program: 'sh', args: ['-c', script], telling: wholeLines });
const plain = spawnSync('seq', ['400000'], { maxBuffer: 2 ** 24 }).stdout;

async function stored(compression: Artefact['compression']) {
  const storage = folderStorage(mkdtempSync(join(folder, 'store-')));
  const log = memoryLog();
  const sink = createStreamedSink({ storage, prefix, compression, level: 3, signal, log });
  const artefact = await sink.fromCommands('dump', 'dump', [sh('seq 400000')]);
  const markFolder = mkdtempSync(join(folder, 'work-'));
  const source = createArtefactSource({ storage, prefix, backupId, signal, log, markFolder });
  return { storage, log, artefact, source, file: storage.fileOf(prefix + artefact.path), workFolder: markFolder };
}

function flipByte(file: string, at: number): void {
  const content = readFileSync(file);
  content[at] = (content[at] ?? 0) ^ 0x01;
  writeFileSync(file, content);
}

describe.each(['zstd', 'none'] as const)('with compression %s', (compression) => {
  test('an artefact comes back as it was', async () => {
    const { source, artefact, workFolder, log } = await stored(compression);
    const target = join(workFolder, 'loaded');
    await source.intoCommands(artefact, [
      { program: 'cat', args: [] },
      { program: 'tee', args: [target] },
    ]);
    expect(readFileSync(target).equals(plain)).toBe(true);
    expect(await source.text(artefact)).toBe(plain.toString());
    await source.check(artefact);
    expect(log.lines).toEqual([]);
  });

  test.each(['first', 'middle', 'last'])(
    'one flipped bit in the %s byte is found, however it is read',
    async (where) => {
      const { source, artefact, file, workFolder } = await stored(compression);
      const last = artefact['stored-bytes'] - 1;
      flipByte(file, where === 'first' ? 0 : where === 'last' ? last : Math.floor(last / 2));
      const corrupt = {
        code: 'backup-corrupt',
        message: expect.stringContaining(`"${artefact.path}" of backup "one": its sha256`),
      };
      await expect(source.check(artefact)).rejects.toMatchObject(corrupt);
      await expect(source.text(artefact)).rejects.toMatchObject(corrupt);
      await expect(source.intoFile(artefact, join(workFolder, 'file'))).rejects.toMatchObject(corrupt);
      await expect(source.intoCommands(artefact, [sh('cat >/dev/null')])).rejects.toMatchObject(corrupt);
      expect(readdirSync(workFolder)).toEqual([]);
    },
  );

  test('a command that fails of corrupt bytes is not what gets the blame', async () => {
    const { source, artefact, file } = await stored(compression);
    flipByte(file, 100);
    const loading = source.intoCommands(artefact, [
      sh('head -c 9 >/dev/null; echo "fake: error: bad archive" >&2; exit 1'),
    ]);
    await expect(loading).rejects.toMatchObject({ code: 'backup-corrupt' });
  });

  test('a command that fails of its own is named when the bytes are right', async () => {
    const { source, artefact } = await stored(compression);
    const loading = source.intoCommands(artefact, [
      sh('head -c 9 >/dev/null; echo "fake: error: no such role" >&2; exit 1'),
    ]);
    const message = 'load backup "one" with sh: exit code 1: fake: error: no such role';
    await expect(loading).rejects.toMatchObject({ code: 'load-failed', message });
  });

  test('a shortened and a missing artefact are told apart', async () => {
    const { source, artefact, file } = await stored(compression);
    truncateSync(file, artefact['stored-bytes'] - 1);
    await expect(source.check(artefact)).rejects.toMatchObject({
      message: expect.stringMatching(/it has \d+ bytes, its manifest says \d+$/),
    });
    const missing = { ...artefact, path: 'data/other' };
    await expect(source.check(missing)).rejects.toMatchObject({
      message: expect.stringContaining('it is not in the storage'),
    });
  });

  test('a file that was fetched is kept by a retry, and fetched anew once it was touched', async () => {
    const { source, artefact, storage, workFolder } = await stored(compression);
    const downloads = countDownloads(storage);
    const target = join(workFolder, 'deep', 'dump');
    await source.intoFile(artefact, target);
    await source.intoFile(artefact, target);
    expect(downloads()).toBe(1);
    utimesSync(target, 0, 0);
    await source.intoFile(artefact, target);
    expect(downloads()).toBe(2);
    expect(readFileSync(target).equals(plain)).toBe(true);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(workFolder, 'deep'))).toEqual(['dump']);
  });
});

test('the reader does not see the end of bytes that prove wrong', async () => {
  const { source, artefact, file, workFolder } = await stored('none');
  flipByte(file, artefact['stored-bytes'] - 1);
  const ended = join(workFolder, 'ended');
  await expect(source.intoCommands(artefact, [sh(`cat >/dev/null; touch ${ended}`)])).rejects.toMatchObject({
    code: 'backup-corrupt',
  });
  expect(readdirSync(workFolder)).toEqual([]);
});

test('stored bytes that are the manifest’s but no compressed data are corrupt', async () => {
  const { artefact, storage, log } = await stored('none');
  const source = createArtefactSource({ storage, prefix, backupId, signal, log });
  const reading = source.check({ ...artefact, compression: 'zstd' });
  await expect(reading).rejects.toMatchObject({
    code: 'backup-corrupt',
    message: expect.stringContaining('it does not decompress'),
  });
});

test('a size after decompression other than the manifest’s is found', async () => {
  const { source, artefact } = await stored('zstd');
  const reading = source.check({ ...artefact, bytes: artefact.bytes + 1 });
  await expect(reading).rejects.toMatchObject({
    message: expect.stringContaining(`it decompresses to ${plain.length} bytes`),
  });
});

test('a storage that breaks in the middle is the error, not the command that it left without input', async () => {
  const { artefact, log } = await stored('zstd');
  const broken = new Error('connection lost');
  const storage = { download: async () => Readable.from(brokenAfter(Buffer.from('(\xb5/\xfd', 'latin1'), broken)) };
  const source = createArtefactSource({ storage, prefix, backupId, signal, log });
  await expect(source.intoCommands(artefact, [sh('cat')])).rejects.toBe(broken);
});

test('cancelling ends the load with the reason', async () => {
  const { artefact, storage, log } = await stored('zstd');
  const cancel = new AbortController();
  const source = createArtefactSource({ storage, prefix, backupId, signal: cancel.signal, log });
  const reason = new Error('cancelled by request');
  setTimeout(() => cancel.abort(reason), 200);
  await expect(source.intoCommands(artefact, [sh('sleep 600')])).rejects.toBe(reason);
});

function countDownloads(storage: FolderStorage): () => number {
  const download = jest.spyOn(storage, 'download');
  return () => download.mock.calls.length;
}

function* brokenAfter(chunk: Buffer, error: Error): Iterable<Buffer> {
  yield chunk;
  throw error;
}
