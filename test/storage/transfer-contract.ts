import { PassThrough, Readable } from 'node:stream';
import type { Storage } from '../../src/storage/storage';
import { codeOf, failureOf } from './failure-of';
import { contentOf, inChunks, someBytes } from './some-bytes';
import { keysUnder, type Subject } from './subject';

const mebibyte = 2 ** 20;

async function upload(storage: Storage, key: string, content: Buffer): Promise<void> {
  const begun = await storage.upload(key);
  await begun.complete(await begun.write(inChunks(content)));
}

/** Uploads and downloads of every storage behave so. */
export function describeTransfers(subject: () => Subject): void {
  describe('uploads', () => {
    it.each([0, 1, mebibyte, 5 * mebibyte - 1, 5 * mebibyte, 5 * mebibyte + 1, 10 * mebibyte, 12 * mebibyte + 7])(
      'of %i bytes come back byte for byte',
      async (length) => {
        const { storage, unfinished } = subject();
        const content = someBytes(length);
        await upload(storage, `upload/${length}`, content);
        expect((await storage.head(`upload/${length}`))?.bytes).toBe(length);
        expect((await contentOf(await storage.download(`upload/${length}`))).equals(content)).toBe(true);
        expect(await unfinished()).toBe(0);
      },
    );

    it('are invisible until they are completed', async () => {
      const { storage, unfinished, hidesFolders = true } = subject();
      const begun = await storage.upload('hidden/a');
      const bytes = await begun.write(inChunks(someBytes(11 * mebibyte)));
      expect(await storage.head('hidden/a')).toBeUndefined();
      expect(await keysUnder(storage, 'hidden/')).toEqual([]);
      if (hidesFolders) expect(await storage.listFolders('')).not.toContain('hidden');
      await begun.complete(bytes);
      expect(await keysUnder(storage, 'hidden/')).toEqual(['hidden/a']);
      expect(await unfinished()).toBe(0);
    });

    it.each([1_000, 11 * mebibyte])(
      'of %i bytes are refused and removed when another count is expected',
      async (length) => {
        const { storage, unfinished } = subject();
        await storage.put('short/a', 'former');
        const begun = await storage.upload('short/a');
        await begun.write(inChunks(someBytes(length)));
        const failed = await failureOf(begun.complete(length + 1));
        expect(failed.code).toBe('artefact-short');
        expect(failed.message).toContain(`${length} bytes arrived of ${length + 1}`);
        expect((await storage.get('short/a')).toString()).toBe('former');
        expect(await unfinished()).toBe(0);
      },
    );

    it('leave the former object alone until they are completed', async () => {
      const { storage } = subject();
      await storage.put('former/a', 'former');
      const begun = await storage.upload('former/a');
      await begun.write(inChunks(someBytes(6 * mebibyte)));
      await begun.abort();
      expect((await storage.get('former/a')).toString()).toBe('former');
      await upload(storage, 'former/a', someBytes(6 * mebibyte));
      expect((await storage.head('former/a'))?.bytes).toBe(6 * mebibyte);
    });

    it('leave no trace when aborted at the beginning, in the middle, at the end, and twice', async () => {
      const { storage, unfinished } = subject();
      const atOnce = await storage.upload('abort/a');
      await atOnce.abort();
      const middle = await storage.upload('abort/b');
      const source = new PassThrough();
      const writing = middle.write(source).catch((error: unknown) => error);
      for (let part = 0; part < 11; part++) if (!source.write(someBytes(mebibyte))) await onceDrained(source);
      await middle.abort();
      expect(await writing).toBeInstanceOf(Error);
      const end = await storage.upload('abort/c');
      await end.write(inChunks(someBytes(11 * mebibyte)));
      await end.abort();
      await end.abort();
      expect(await keysUnder(storage, 'abort/')).toEqual([]);
      expect(await unfinished()).toBe(0);
    });

    it('keep a completed object when aborted afterwards', async () => {
      const { storage } = subject();
      const begun = await storage.upload('kept/a');
      await begun.complete(await begun.write(inChunks(someBytes(100))));
      await begun.abort();
      expect((await storage.head('kept/a'))?.bytes).toBe(100);
    });

    it('fail with the error of their source, and leave nothing once aborted', async () => {
      const { storage, unfinished } = subject();
      const begun = await storage.upload('broken/a');
      const broken = new Error('the dump broke');
      const source = Readable.from(
        (function* () {
          for (let part = 0; part < 7; part++) yield someBytes(mebibyte);
          throw broken;
        })(),
        { objectMode: false },
      );
      await expect(begun.write(source)).rejects.toBe(broken);
      await begun.abort();
      expect(await storage.head('broken/a')).toBeUndefined();
      expect(await unfinished()).toBe(0);
    });

    it('do not take a source that was closed early for one that ended', async () => {
      const { storage } = subject();
      const begun = await storage.upload('early/a');
      const source = new PassThrough();
      source.write('half of it');
      setImmediate(() => source.destroy());
      await expect(begun.write(source)).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
      await begun.abort();
    });

    it('stop at once when their signal says so, with its reason', async () => {
      const { storage, unfinished } = subject();
      const stop = new AbortController();
      const begun = await storage.upload('signal/a', { signal: stop.signal });
      const source = new PassThrough(); // says nothing, as a dump that waits for a lock
      const writing = begun.write(source);
      source.write(someBytes(100));
      setImmediate(() => stop.abort(new Error('cancelled')));
      await expect(writing).rejects.toThrow('cancelled');
      expect(source.destroyed).toBe(true);
      await begun.abort();
      expect(await unfinished()).toBe(0);
    });

    it('tell every byte they move, once', async () => {
      const { storage } = subject();
      const moved = { up: 0, down: 0 };
      const begun = await storage.upload('bytes/a', { onBytes: (bytes) => (moved.up += bytes) });
      await begun.complete(await begun.write(inChunks(someBytes(7 * mebibyte))));
      await contentOf(await storage.download('bytes/a', { onBytes: (bytes) => (moved.down += bytes) }));
      expect(moved).toEqual({ up: 7 * mebibyte, down: 7 * mebibyte });
    });
  });

  describe('downloads', () => {
    it('begin at any byte', async () => {
      const { storage } = subject();
      const content = someBytes(3 * mebibyte);
      await upload(storage, 'start/a', content);
      for (const start of [1, 65_536, mebibyte + 3, content.length - 1, content.length]) {
        expect((await contentOf(await storage.download('start/a', { start }))).equals(content.subarray(start))).toBe(
          true,
        );
      }
      expect(await codeOf(storage.download('start/a', { start: content.length + 1 }))).toBe('object-changed');
    });

    it('stop when their signal says so, with its reason', async () => {
      const { storage } = subject();
      await upload(storage, 'stop/a', someBytes(8 * mebibyte));
      const stop = new AbortController();
      const stream = await storage.download('stop/a', { signal: stop.signal });
      stream.once('data', () => stop.abort(new Error('cancelled')));
      await expect(contentOf(stream)).rejects.toThrow('cancelled');
      const before = AbortSignal.abort(new Error('cancelled before'));
      await expect(storage.download('stop/a', { signal: before })).rejects.toThrow('cancelled before');
    });

    it('can be left unread', async () => {
      const { storage } = subject();
      await upload(storage, 'unread/a', someBytes(2 * mebibyte));
      const stream = await storage.download('unread/a');
      const closed = new Promise((resolve) => stream.once('close', resolve));
      stream.destroy();
      await closed;
    });
  });
}

function onceDrained(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => stream.once('drain', () => resolve()));
}
