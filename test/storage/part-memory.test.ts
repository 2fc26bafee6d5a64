import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partOpener } from '../../src/storage/s3/open-part';
import { createPartMemory } from '../../src/storage/s3/part-memory';
import { failureOf } from './failure-of';
import { contentOf, someBytes } from './some-bytes';

const MiB = 2 ** 20;

describe('parts', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-parts-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are kept in memory while there is some, then wait for their own, then go to files', async () => {
    const memory = createPartMemory(20 * MiB);
    const open = partOpener(memory, folder);
    const first = await open(10 * MiB, 0);
    const second = await open(10 * MiB, 1);
    expect(await open(10 * MiB, 2)).toBeUndefined();
    const ofAnother = await open(10 * MiB, 0); // an upload with nothing on its way must not wait for others
    expect([first, second, ofAnother].every((part) => part !== undefined)).toBe(true);
    await second?.discard();
    await second?.discard();
    expect(memory.reserve(10 * MiB)).toBe(true);
    expect(memory.reserve(MiB)).toBe(false);
    await Promise.all([first?.discard(), ofAnother?.discard()]);
  });

  it('above half of the memory always go to files, three at most', async () => {
    const open = partOpener(createPartMemory(20 * MiB), folder);
    const parts = [await open(11 * MiB, 0), await open(11 * MiB, 1)];
    expect(await open(11 * MiB, 2)).toBeUndefined();
    await Promise.all(parts.map((part) => part?.discard()));
  });

  it.each([
    ['in memory', 64 * MiB],
    ['in a file', MiB],
  ])('%s give their bytes back, as often as asked', async (_, budget) => {
    const part = await partOpener(createPartMemory(budget), folder)(6 * MiB, 0);
    if (!part) throw new Error('expected a part');
    const content = someBytes(7 * MiB);
    let rest: Buffer = content.subarray(0, 3 * MiB + 77);
    expect(await part.fill(rest)).toHaveLength(0);
    expect(part.full).toBe(false);
    rest = await part.fill(content.subarray(3 * MiB + 77));
    expect(rest).toHaveLength(MiB);
    expect(part).toMatchObject({ full: true, bytes: 6 * MiB });
    const interrupted = part.open();
    await new Promise((resolve) => interrupted.once('readable', resolve));
    interrupted.destroy();
    for (let time = 0; time < 2; time++) {
      expect((await contentOf(part.open())).equals(content.subarray(0, 6 * MiB))).toBe(true);
    }
    expect(await readdir(folder)).toEqual([]); // a file of ours has no name, so a killed worker leaves none
    await part.discard();
  });

  it('that do not fit on the spill folder are refused before they are filled', async () => {
    const failed = await failureOf(partOpener(createPartMemory(MiB), folder)(2 ** 52, 0));
    expect(failed.code).toBe('space-short');
    expect(failed.message).toContain(folder);
  });
});
