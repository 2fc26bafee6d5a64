import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPartMemory, type MemoryShare } from '../../src/storage/s3/part-memory';
import { openPartSpace } from '../../src/storage/s3/part-space';
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
    const space = openPartSpace(memory, folder);
    const first = await space.open(10 * MiB, 0);
    const second = await space.open(10 * MiB, 1);
    expect(await space.open(10 * MiB, 2)).toBeUndefined();
    // an upload with nothing on its way must not wait for others
    const ofAnother = await openPartSpace(memory, folder).open(10 * MiB, 0);
    expect([first, second, ofAnother].every((part) => part !== undefined)).toBe(true);
    await second?.discard();
    await second?.discard();
    const check = memory.join();
    expect(check.reserve(10 * MiB)).toBe(true);
    expect(check.reserve(MiB)).toBe(false);
    await Promise.all([first?.discard(), ofAnother?.discard()]);
  });

  it('of uploads that run at once get equal shares of it', () => {
    const memory = createPartMemory(64 * MiB);
    const [first, second] = [memory.join(), memory.join()];
    const taken = (share: MemoryShare) => [1, 2, 3, 4].filter(() => share.reserve(16 * MiB)).length;
    expect([taken(first), taken(second)]).toEqual([2, 2]);
    second.release(32 * MiB);
    second.leave();
    expect(taken(first)).toBe(2);
  });

  it('above half of the memory always go to files, three at most', async () => {
    const space = openPartSpace(createPartMemory(20 * MiB), folder);
    const parts = [await space.open(11 * MiB, 0), await space.open(11 * MiB, 1)];
    expect(await space.open(11 * MiB, 2)).toBeUndefined();
    await Promise.all(parts.map((part) => part?.discard()));
  });

  it.each([
    ['in memory', 64 * MiB],
    ['in a file', MiB],
  ])('%s give their bytes back, as often as asked', async (_, budget) => {
    const part = await openPartSpace(createPartMemory(budget), folder).open(6 * MiB, 0);
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

  it.each([
    ['in memory', 64 * MiB],
    ['in a file', MiB],
  ])('%s keep nothing of a chunk: its memory may be used again at once', async (_, budget) => {
    const part = await openPartSpace(createPartMemory(budget), folder).open(6 * MiB, 0);
    if (!part) throw new Error('expected a part');
    const content = someBytes(6 * MiB);
    const chunk = Buffer.alloc(300_000);
    for (let at = 0; at < content.length; at += chunk.length) {
      const bytes = content.copy(chunk, 0, at);
      expect(await part.fill(chunk.subarray(0, bytes))).toHaveLength(0);
      chunk.fill(0);
    }
    expect((await contentOf(part.open())).equals(content)).toBe(true);
    await part.discard();
  });

  it('that do not fit on the spill folder are refused before they are filled', async () => {
    const failed = await failureOf(openPartSpace(createPartMemory(MiB), folder).open(2 ** 52, 0));
    expect(failed.code).toBe('space-short');
    expect(failed.message).toContain(folder);
  });
});
