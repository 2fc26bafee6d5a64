import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Artefact } from '../../src/model/manifest';
import { createArtefactSource } from '../../src/pipeline/artefact-source';
import { codeOf, failureOf } from '../storage/failure-of';
import { memoryLog } from './memory-log';

const gibibyte = 2 ** 30;
let folder: string;
/** Some ten thousand bytes that unpack to eight GiB, in frames of one. */
let bomb: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-bounds-'));
  const frame = join(folder, 'frame');
  execFileSync('/bin/sh', ['-c', `head -c ${gibibyte} /dev/zero | zstd -q -1 > "$1"`, 'sh', frame]);
  const one = readFileSync(frame);
  for (let nth = 1; nth < 8; nth++) appendFileSync(frame, one);
  bomb = readFileSync(frame);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const artefact = (changes: Partial<Artefact> = {}): Artefact => ({
  path: 'data/database.json.zst',
  bytes: 1_000,
  'stored-bytes': bomb.length,
  sha256: createHash('sha256').update(bomb).digest('hex'),
  compression: 'zstd',
  encryption: 'none',
  role: 'portrait',
  ...changes,
});

function source(download: () => Readable = () => Readable.from([bomb])) {
  const storage = { download: async () => download() };
  const options = { storage, prefix: 'x/', backupId: 'b', signal: new AbortController().signal, log: memoryLog() };
  return createArtefactSource(options);
}

describe('what unpacks to more than its manifest says', () => {
  const tooMuch = { code: 'backup-corrupt', message: expect.stringContaining('to more than the 1000 bytes of its') };

  it('is refused as a text, and takes no memory', async () => {
    expect(bomb.length).toBeLessThan(500_000);
    const before = process.memoryUsage().rss;
    expect(await failureOf(source().text(artefact()))).toMatchObject(tooMuch);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
  });

  it('does not get a byte more into a file of the spool, and leaves none', async () => {
    const path = join(folder, 'fetched');
    expect(await failureOf(source().intoFile(artefact(), path))).toMatchObject(tooMuch);
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder)).toEqual(['frame']);
  });

  it('is ended within a moment where a program reads it', async () => {
    const path = join(folder, 'written');
    const writing = { program: 'dd', args: [`of=${path}`, 'bs=64K', 'status=none'] };
    expect(await failureOf(source().intoCommands(artefact(), [writing]))).toMatchObject(tooMuch);
    expect(statSync(path).size).toBeLessThan(4 * gibibyte);
    await rm(path);
  });

  it('is refused by a check', async () => {
    expect(await codeOf(source().check(artefact()))).toBe('backup-corrupt');
  });
});

it('is not read on when a store sends more than was stored', async () => {
  let sent = 0;
  const endless = function* () {
    for (;;) {
      sent += 65_536;
      yield Buffer.alloc(65_536);
    }
  };
  const failed = await failureOf(
    source(() => Readable.from(endless(), { objectMode: false })).check(
      artefact({ compression: 'none', bytes: 100_000, 'stored-bytes': 100_000 }),
    ),
  );
  expect(failed).toMatchObject({ code: 'backup-corrupt', message: expect.stringContaining('more than the 100000') });
  expect(sent).toBeLessThan(2 ** 20);
});

it('is not begun to be fetched into a spool that has no room for what it says', async () => {
  let asked = 0;
  const counting = source(() => {
    asked += 1;
    return Readable.from([bomb]);
  });
  const huge = artefact({ bytes: 2 ** 52 });
  expect(await codeOf(counting.intoFile(huge, join(folder, 'huge')))).toBe('space-short');
  expect(asked).toBe(0);
});
