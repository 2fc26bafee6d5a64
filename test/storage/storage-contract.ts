import { PassThrough, Readable } from 'node:stream';
import type { Storage } from '../../src/storage/storage';
import { codeOf, failureOf } from './failure-of';
import { contentOf, inChunks, someBytes } from './some-bytes';

/** What a driver gives to be held to the contract. */
export interface Subject {
  /** Empty, prepared, with parts of 5 MiB where there are parts. */
  readonly storage: Storage;
  /** How many unfinished uploads there are, seen past the storage. */
  unfinished(): Promise<number>;
}

const mebibyte = 2 ** 20;

async function upload(storage: Storage, key: string, content: Buffer): Promise<void> {
  const begun = await storage.upload(key);
  await begun.complete(await begun.write(inChunks(content)));
}

async function keysUnder(storage: Storage, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(prefix)) keys.push(key);
  return keys;
}

/** Every storage behaves so. `subject` is asked anew in each test, and keys are used by one test only. */
export function describeStorageContract(subject: () => Subject): void {
  describe('small objects', () => {
    it('are given back as they were put, and put again in full', async () => {
      const { storage } = subject();
      await storage.put('small/a', 'first, and longer');
      await storage.put('small/a', Buffer.from('second'));
      expect((await storage.get('small/a')).toString()).toBe('second');
      expect(await storage.head('small/a')).toMatchObject({ key: 'small/a', bytes: 6 });
      const age = Date.now() - ((await storage.head('small/a'))?.modified.getTime() ?? 0);
      expect(Math.abs(age)).toBeLessThan(60_000);
    });

    it('that are missing are told from other failures', async () => {
      const { storage } = subject();
      expect(await codeOf(storage.get('small/none'))).toBe('object-missing');
      expect(await codeOf(storage.download('small/none'))).toBe('object-missing');
      expect(await storage.head('small/none')).toBeUndefined();
    });

    it('are created by one of several at once, and again by the same without harm', async () => {
      const { storage } = subject();
      const contents = ['one', 'two', 'three', 'four', 'five'];
      const won = await Promise.all(contents.map((content) => storage.create('create/a', content)));
      expect(won.filter(Boolean)).toHaveLength(1);
      const kept = (await storage.get('create/a')).toString();
      expect(kept).toBe(contents[won.indexOf(true)]);
      expect(await storage.create('create/a', kept)).toBe(true);
      expect(await storage.create('create/a', 'another')).toBe(false);
    });

    it('are deleted, and deleting what is not there is no failure', async () => {
      const { storage } = subject();
      await storage.put('delete/a', 'a');
      await storage.put('delete/deep/er/b', 'b');
      await storage.delete(['delete/a', 'delete/none', 'delete/deep/er/b']);
      await storage.delete(['delete/a']);
      await storage.delete([]);
      expect(await keysUnder(storage, 'delete/')).toEqual([]);
      expect(await storage.listFolders('delete/')).toEqual([]);
    });
  });

  describe('listing', () => {
    it('gives every key under a prefix, also a partial one, in the order of keys', async () => {
      const { storage } = subject();
      const keys = ['list/a/2', 'list/a-b', 'list/a/1', 'list/b', 'list/a.b/c', 'list/ä', 'listed'];
      for (const key of keys) await storage.put(key, key);
      const expected = keys
        .filter((key) => key.startsWith('list/'))
        .sort((a, b) => Buffer.from(a).compare(Buffer.from(b)));
      expect(await keysUnder(storage, 'list/')).toEqual(expected);
      expect(await keysUnder(storage, 'list/a/')).toEqual(['list/a/1', 'list/a/2']);
      expect(await keysUnder(storage, 'list/a/2')).toEqual(['list/a/2']);
      expect(await keysUnder(storage, 'list/none')).toEqual([]);
      for await (const { key, bytes } of storage.list('list/')) expect(bytes).toBe(Buffer.byteLength(key));
    });

    it('gives the folders directly below a prefix, and none for objects', async () => {
      const { storage } = subject();
      for (const key of ['folders/x/deep/1', 'folders/x/2', 'folders/y/3', 'folders/file']) await storage.put(key, key);
      expect(await storage.listFolders('folders/')).toEqual(['x', 'y']);
      expect(await storage.listFolders('folders/x/')).toEqual(['deep']);
      expect(await storage.listFolders('folders/none/')).toEqual([]);
    });
  });

  describe('keys', () => {
    it.each(['', '/a', '../a', 'a/../../b', 'a/./b', 'a//b', 'a/', 'a\0b', 'x'.repeat(901)])(
      'refuses %j',
      async (key) => {
        const { storage } = subject();
        expect(await codeOf(storage.put(key, 'x'))).toBe('storage-refused');
        expect(await codeOf(storage.get(key))).toBe('storage-refused');
        expect(await codeOf(storage.upload(key))).toBe('storage-refused');
        expect(await codeOf(storage.download(key))).toBe('storage-refused');
        expect(await codeOf(storage.delete([key]))).toBe('storage-refused');
      },
    );

    it('refuses to list or sweep outside', async () => {
      const { storage } = subject();
      expect(await codeOf(storage.listFolders('../'))).toBe('storage-refused');
      expect(await codeOf(storage.sweep('../', new Date()))).toBe('storage-refused');
      expect(await codeOf(keysUnder(storage, 'a/../../'))).toBe('storage-refused');
    });
  });

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
      const { storage, unfinished } = subject();
      const begun = await storage.upload('hidden/a');
      const bytes = await begun.write(inChunks(someBytes(11 * mebibyte)));
      expect(await storage.head('hidden/a')).toBeUndefined();
      expect(await keysUnder(storage, 'hidden/')).toEqual([]);
      expect(await storage.listFolders('')).not.toContain('hidden');
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

  describe('the sweep', () => {
    it('ends uploads under its prefix that are older than the date, and nothing else', async () => {
      const { storage, unfinished } = subject();
      await storage.put('sweep/in/whole', 'stays');
      const begun = await Promise.all(
        ['sweep/in/a', 'sweep/in/deep/b', 'sweep/out/c'].map((key) => storage.upload(key)),
      );
      for (const each of begun) await each.write(inChunks(someBytes(6 * mebibyte)));
      expect(await unfinished()).toBe(3);
      expect(await storage.sweep('sweep/in/', new Date(Date.now() - 3_600_000))).toEqual([]);
      expect(await unfinished()).toBe(3);
      expect([...(await storage.sweep('sweep/in/', new Date(Date.now() + 3_600_000)))].sort()).toEqual([
        'sweep/in/a',
        'sweep/in/deep/b',
      ]);
      expect(await unfinished()).toBe(1);
      expect(await keysUnder(storage, 'sweep/')).toEqual(['sweep/in/whole']);
      await storage.sweep('sweep/', new Date(Date.now() + 3_600_000));
      expect(await unfinished()).toBe(0);
      await Promise.all(begun.map((each) => each.abort()));
    });
  });
}

function onceDrained(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => stream.once('drain', () => resolve()));
}
