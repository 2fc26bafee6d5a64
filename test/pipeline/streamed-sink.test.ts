import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure, HoldfastError } from '../../src/model/errors';
import { createStreamedSink, type StreamedSinkOptions } from '../../src/pipeline/artefact-sink';
import type { Command } from '../../src/pipeline/pipeline';
import { wholeLines } from '../../src/pipeline/whole-lines';
import { contentOf, folderStorage } from './folder-storage';
import { memoryLog } from './memory-log';
import { temporaryFolder } from './temporary-folder';

const folder = temporaryFolder();
const sh = (script: string): Command => ({ program: 'sh', args: ['-c', script], telling: wholeLines });
const prefix = 'shop/backups/2026-01-01T00:00:00Z/';

function sinkOn(options: Partial<StreamedSinkOptions> = {}) {
  const storage = folderStorage(mkdtempSync(join(folder, 'store-')));
  const log = memoryLog();
  const signal = new AbortController().signal;
  const sink = createStreamedSink({ storage, prefix, compression: 'zstd', level: 3, signal, log, ...options });
  return { storage, log, sink };
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

test('an artefact says exactly what was stored and how much it was before', async () => {
  const moved: number[] = [];
  const { storage, sink, log } = sinkOn({ onBytes: (bytes) => moved.push(bytes) });
  const artefact = await sink.fromCommands('dump.pgdump', 'dump', [
    sh('head -c 1234567890 /dev/zero'),
    sh('head -c 70001; cat'),
  ]);
  const stored = await contentOf(storage, `${prefix}data/dump.pgdump.zst`);
  expect(artefact).toEqual({
    path: 'data/dump.pgdump.zst',
    bytes: 1_234_567_890,
    'stored-bytes': stored.length,
    sha256: sha256(stored),
    compression: 'zstd',
    encryption: 'none',
    role: 'dump',
  });
  expect(moved.reduce((sum, bytes) => sum + bytes, 0)).toBe(stored.length);
  expect(log.lines).toEqual([]);
});

test('without compression the artefact is what the last command wrote', async () => {
  const { storage, sink } = sinkOn({ compression: 'none' });
  const artefact = await sink.fromCommands('list', 'dump', [sh('seq 100000')]);
  const expected = spawnSync('seq', ['100000']).stdout;
  expect((await contentOf(storage, `${prefix}data/list`)).equals(expected)).toBe(true);
  expect(artefact).toMatchObject({ path: 'data/list', bytes: expected.length, 'stored-bytes': expected.length });
});

test.each(['zstd', 'none'] as const)('a text is stored whole, with compression %s', async (compression) => {
  const { storage, sink } = sinkOn({ compression });
  const artefact = await sink.fromText('globals.sql', 'globals', 'create role größe;\n');
  const stored = await contentOf(storage, prefix + artefact.path);
  const plain = compression === 'zstd' ? spawnSync('zstd', ['-dc'], { input: stored }).stdout : stored;
  expect(plain.toString()).toBe('create role größe;\n');
  expect(artefact.bytes).toBe(21);
});

test('an upload is not completed when the producer fails after it has written everything', async () => {
  const { storage, sink } = sinkOn();
  const error = await rejectionOf(
    sink.fromCommands('dump', 'dump', [sh('seq 1000; echo "fake: error: lost" >&2; exit 1')]),
  );
  expect(error).toMatchObject({ code: 'process-failed', message: 'run sh: exit code 1: fake: error: lost' });
  const key = `${prefix}data/dump.zst`;
  expect(storage.events).toEqual([`begin ${key}`, `abort ${key}`]);
  expect(existsSync(storage.fileOf(key))).toBe(false);
});

test('a storage that fails is the error, not the writers that it broke', async () => {
  const { storage, sink } = sinkOn();
  storage.fault = {
    after: 1_000_000,
    error: failure('storage-full', { storage: 'near', place: 'here', reason: 'no space' }),
  };
  const error = await rejectionOf(sink.fromCommands('dump', 'dump', [sh('cat /dev/urandom'), sh('cat; sleep 600')]));
  expect(error).toBe(storage.fault.error);
  expect(storage.events.at(-1)).toBe(`abort ${prefix}data/dump.zst`);
});

test('a storage that fails ends a producer that is not even writing', async () => {
  const { storage, sink } = sinkOn({ compression: 'none' });
  storage.fault = { after: 1_000_000, error: new Error('refused') };
  const silent = sh('head -c 3000000 /dev/urandom; exec sleep 600');
  expect(await rejectionOf(sink.fromCommands('dump', 'dump', [silent]))).toBe(storage.fault.error);
});

test('a storage that stops reading at once and says why only later is still the cause', async () => {
  const refused = failure('storage-full', { storage: 'near', place: 'here', reason: 'no space' });
  const write = async (source: Readable) => {
    source.destroy();
    await sleep(300);
    throw refused;
  };
  const storage = {
    upload: async () => ({ write, complete: () => Promise.reject(new Error('completed')), abort: async () => {} }),
  };
  const { sink } = sinkOn({ storage });
  expect(await rejectionOf(sink.fromCommands('dump', 'dump', [sh('cat /dev/urandom')]))).toBe(refused);
});

test('a cancelled artefact rejects with the reason, ends its processes and leaves nothing', async () => {
  const cancel = new AbortController();
  const reason = new Error('cancelled by request');
  const { storage, sink } = sinkOn({ signal: cancel.signal });
  setTimeout(() => cancel.abort(reason), 300);
  expect(await rejectionOf(sink.fromCommands('dump', 'dump', [sh('cat /dev/urandom')]))).toBe(reason);
  expect(readdirSync(storage.fileOf(`${prefix}data`))).toEqual([]);
});

test('a missing program aborts the upload that was begun', async () => {
  const { storage, sink } = sinkOn();
  const error = await rejectionOf(sink.fromCommands('dump', 'dump', [{ program: 'no-such-program', args: [] }]));
  expect(error).toBeInstanceOf(HoldfastError);
  expect(error).toMatchObject({ code: 'tool-missing' });
  expect(storage.events.at(-1)).toBe(`abort ${prefix}data/dump.zst`);
});

test('several artefacts at once do not disturb each other', async () => {
  const { storage, sink } = sinkOn();
  const names = ['a', 'b', 'c', 'd'];
  const artefacts = await Promise.all(
    names.map((name, index) => sink.fromCommands(name, 'dump', [sh(`seq ${1 + index * 50_000}`)])),
  );
  for (const [index, artefact] of artefacts.entries()) {
    const stored = await contentOf(storage, prefix + artefact.path);
    const plain = spawnSync('zstd', ['-dc'], { input: stored }).stdout;
    expect(plain.equals(spawnSync('seq', [String(1 + index * 50_000)]).stdout)).toBe(true);
    expect(artefact).toMatchObject({ bytes: plain.length, sha256: sha256(stored) });
  }
});
