import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../src/model/errors';
import { Artefact } from '../../src/model/manifest';
import type { Command } from '../../src/pipeline/pipeline';
import { createStagedSink } from '../../src/pipeline/staged-sink';
import { uploadStaged } from '../../src/pipeline/upload-staged';
import { wholeLines } from '../../src/pipeline/whole-lines';
import { contentOf, folderStorage } from './folder-storage';
import { memoryLog } from './memory-log';
import { temporaryFolder } from './temporary-folder';

const folder = temporaryFolder();
const prefix = 'shop/backups/one/';
const signal = new AbortController().signal;
const sh = (script: string): Command => ({ program: 'sh', args: ['-c', script], telling: wholeLines });

function spool() {
  const work = mkdtempSync(join(folder, 'spool-'));
  const moved: number[] = [];
  const onBytes = (bytes: number) => moved.push(bytes);
  const sink = createStagedSink({ folder: work, compression: 'zstd', level: 1, signal, log: memoryLog(), onBytes });
  const storage = folderStorage(mkdtempSync(join(folder, 'store-')));
  const stage = async (names: readonly string[]) => {
    const artefacts: Artefact[] = [];
    for (const name of names) artefacts.push(await sink.fromCommands(name, 'dump', [sh(`echo ${name}; seq 100000`)]));
    return artefacts;
  };
  const upload = (artefacts: readonly Artefact[], parallel = 1) =>
    uploadStaged({ storage, prefix, folder: work, artefacts, signal, parallel });
  return { work, sink, storage, stage, upload, moved };
}

test('a staged artefact is a whole file of its own, with exact sizes and a hash that no manifest takes', async () => {
  const { work, sink, moved } = spool();
  const artefact = await sink.fromCommands('dump', 'dump', [sh('seq 100000')]);
  const { size, mode } = statSync(join(work, 'data/dump.zst'));
  expect(artefact).toMatchObject({ path: 'data/dump.zst', bytes: 588_895, 'stored-bytes': size, sha256: '' });
  expect(Artefact.safeParse(artefact).success).toBe(false);
  expect(mode & 0o777).toBe(0o600);
  expect(moved.reduce((sum, bytes) => sum + bytes, 0)).toBe(size);
});

test('a producer that fails leaves no staged file', async () => {
  const { work, sink } = spool();
  const failing = sink.fromCommands('dump', 'dump', [sh('seq 100000; exit 9')]);
  await expect(failing).rejects.toMatchObject({ code: 'process-failed', message: 'run sh: exit code 9' });
  expect(readdirSync(join(work, 'data'))).toEqual([]);
});

test('texts are staged like everything else', async () => {
  const { work, upload, storage } = spool();
  const log = memoryLog();
  const sink = createStagedSink({ folder: work, compression: 'none', level: 1, signal, log });
  const [artefact] = await upload([await sink.fromText('label', 'label', 'größe')]);
  expect(artefact).toMatchObject({ path: 'data/label', bytes: 7, 'stored-bytes': 7 });
  expect((await contentOf(storage, `${prefix}data/label`)).toString()).toBe('größe');
});

test.each([1, 3])('uploads keep their order and get the hash of what was stored, %d at a time', async (parallel) => {
  const { stage, upload, storage } = spool();
  const uploaded = await upload(await stage(['a', 'b', 'c', 'd']), parallel);
  expect(uploaded.map(({ path }) => path)).toEqual(['data/a.zst', 'data/b.zst', 'data/c.zst', 'data/d.zst']);
  for (const artefact of uploaded) {
    const content = await contentOf(storage, prefix + artefact.path);
    expect(artefact.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect(artefact['stored-bytes']).toBe(content.length);
  }
});

test('a retry sends only what is not complete yet, and gives the same answer', async () => {
  const { stage, upload, storage } = spool();
  const artefacts = await stage(['a', 'b', 'c']);
  const network = failure('storage-network', { storage: 'near', place: 'here', reason: 'gone' });
  const begun = storage.upload;
  storage.upload = (key) => (key.endsWith('b.zst') ? Promise.reject(network) : begun(key));
  await expect(upload(artefacts)).rejects.toBe(network);
  storage.upload = begun;
  storage.events.length = 0;
  const uploaded = await upload(artefacts);
  expect(storage.events.filter((event) => event.startsWith('begin'))).toEqual([
    `begin ${prefix}data/b.zst`,
    `begin ${prefix}data/c.zst`,
  ]);
  expect(await upload(artefacts)).toEqual(uploaded);
});

test('what is no longer on the storage, or was staged anew, is sent again', async () => {
  const { work, stage, upload, storage } = spool();
  const artefacts = await stage(['a', 'b', 'c']);
  await upload(artefacts);
  rmSync(storage.fileOf(`${prefix}data/a.zst`));
  writeFileSync(join(work, 'data/b.zst'), readFileSync(join(work, 'data/b.zst')));
  storage.events.length = 0;
  await upload(artefacts);
  expect(storage.events.filter((event) => event.startsWith('begin'))).toEqual([
    `begin ${prefix}data/a.zst`,
    `begin ${prefix}data/b.zst`,
  ]);
});

test('a record that was cut off costs another upload, nothing else', async () => {
  const { work, stage, upload, storage } = spool();
  const artefacts = await stage(['a']);
  const uploaded = await upload(artefacts);
  truncateSync(join(work, 'uploaded.json'), 20);
  storage.events.length = 0;
  expect(await upload(artefacts)).toEqual(uploaded);
  expect(storage.events).toHaveLength(2);
});

test('a staged file that shrank or is gone is refused and not tried again', async () => {
  const { work, stage, upload } = spool();
  const artefacts = await stage(['a', 'b']);
  truncateSync(join(work, 'data/a.zst'), 5);
  const message = expect.stringMatching(/staged "data\/a.zst": it has 5 of its \d+ bytes/);
  await expect(upload(artefacts)).rejects.toMatchObject({ code: 'spool-lost', retried: false, message });
  rmSync(join(work, 'data/a.zst'));
  await expect(upload(artefacts)).rejects.toMatchObject({ message: expect.stringContaining('is gone') });
});
