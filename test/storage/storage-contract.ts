import { codeOf } from './failure-of';
import { inChunks, someBytes } from './some-bytes';
import { keysUnder, type Subject } from './subject';
import { describeTransfers } from './transfer-contract';

const mebibyte = 2 ** 20;

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

  describeTransfers(subject);

  describe('the sweep', () => {
    it('ends uploads under its prefix that are older than the date, and nothing else', async () => {
      const { storage, unfinished, datesUploads = true } = subject();
      await storage.put('sweep/in/whole', 'stays');
      const begun = await Promise.all(
        ['sweep/in/a', 'sweep/in/deep/b', 'sweep/out/c'].map((key) => storage.upload(key)),
      );
      for (const each of begun) await each.write(inChunks(someBytes(6 * mebibyte)));
      expect(await unfinished()).toBe(3);
      const tooYoung = datesUploads ? new Date(Date.now() - 3_600_000) : new Date(0);
      expect(await storage.sweep('sweep/in/', tooYoung)).toEqual([]);
      expect(await unfinished()).toBe(3);
      expect([...(await storage.sweep('sweep/in/', new Date(Date.now() + 3_600_000)))].sort()).toEqual([
        'sweep/in/a',
        'sweep/in/deep/b',
      ]);
      expect(await unfinished()).toBe(1);
      expect(await keysUnder(storage, 'sweep/')).toEqual(['sweep/in/whole']);
      const spare = async (key: string) => key !== 'sweep/out/c';
      expect(await storage.sweep('sweep/', new Date(Date.now() + 3_600_000), spare)).toEqual([]);
      await storage.sweep('sweep/', new Date(Date.now() + 3_600_000));
      expect(await unfinished()).toBe(0);
      await Promise.all(begun.map((each) => each.abort()));
    });
  });
}
