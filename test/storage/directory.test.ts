import { mkdtemp, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectoryStorage } from '../../src/storage/directory/create-directory-storage';
import { directoryPlace } from '../../src/storage/directory/directory-place';
import type { Storage } from '../../src/storage/storage';
import { codeOf, failureOf } from './failure-of';
import { contentOf, inChunks, someBytes } from './some-bytes';
import { describeStorageContract } from './storage-contract';

describe('a directory as a storage', () => {
  let folder: string;
  let storage: Storage;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-directory-'));
    storage = createDirectoryStorage({ name: 'near', config: { kind: 'directory', path: join(folder, 'backups') } });
    await storage.prepare();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describeStorageContract(() => ({ storage, unfinished }));

  const path = (name: string) => join(folder, 'backups', name);

  it('keeps files to its own user', async () => {
    await storage.put('modes/a/small', 'x');
    const upload = await storage.upload('modes/b/large');
    await upload.complete(await upload.write(inChunks(someBytes(100))));
    const modeOf = async (name: string) => (await stat(path(name))).mode & 0o777;
    for (const name of ['modes/a/small', 'modes/b/large']) expect(await modeOf(name)).toBe(0o600);
    for (const name of ['', 'modes', 'modes/a', 'modes/b']) expect(await modeOf(name)).toBe(0o700);
  });

  it.each([
    ['ENOSPC', 'storage-full'],
    ['EDQUOT', 'storage-full'],
    ['EACCES', 'storage-refused'],
    ['EROFS', 'storage-refused'],
    ['ESTALE', 'storage-network'],
  ])('calls %s %s', (code, expected) => {
    const error = Object.assign(new Error(`${code}: so says the system`), { code });
    expect(directoryPlace('near', '/srv').fail('write', error)).toMatchObject({ code: expected });
  });

  it('says what the file system refuses', async () => {
    await writeFile(join(folder, 'file'), 'x');
    const below = createDirectoryStorage({
      name: 'near',
      config: { kind: 'directory', path: join(folder, 'file/below') },
    });
    const failed = await failureOf(below.prepare());
    expect(failed.code).toBe('storage-refused');
    expect(failed.message).toMatch(/use storage "near" \(.*\/file\/below\/\): prepare refused: ENOTDIR/);
    await storage.put('a-folder/a', 'x');
    expect(await codeOf(storage.put('a-folder', 'x'))).toBe('storage-refused');
    expect(await storage.head('a-folder')).toBeUndefined();
    await storage.delete(['a-folder/a']);
    await storage.put('a-folder', 'x'); // nothing but an empty folder was in its way, and none is left behind
    expect(await unfinished()).toBe(0);
  });

  it('fails a file that is cut short while it is read', async () => {
    await storage.put('cut/a', someBytes(4 * 2 ** 20));
    const stream = await storage.download('cut/a');
    stream.once('data', () => void truncate(path('cut/a'), 2 ** 20));
    const failed = await failureOf(contentOf(stream));
    expect(failed.code).toBe('object-changed');
    expect(failed.message).toContain('cut to 1048576 bytes');
  });

  it('neither lists nor sweeps what is not its own', async () => {
    await storage.put('others/a', 'x');
    await writeFile(path('others/.a.0123.part'), 'of somebody else');
    await symlink('/etc/hostname', path('others/link'));
    expect(await storage.sweep('others/', new Date(Date.now() + 60_000))).toEqual([]);
    const keys: string[] = [];
    for await (const { key } of storage.list('others/')) keys.push(key);
    expect(keys).toEqual(['others/.a.0123.part', 'others/a']);
  });

  it('lets uploads begin in a folder that deletions next door make and remove', async () => {
    const churn = async (name: string) => {
      for (let round = 0; round < 40; round++) {
        await storage.put(`churn/deep/${name}`, 'x');
        await storage.delete([`churn/deep/${name}`]);
      }
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(churn));
    expect(await storage.listFolders('churn/')).toEqual([]);
  });

  async function unfinished(): Promise<number> {
    const names = await readdir(folder, { recursive: true });
    return names.filter((name) => name.endsWith('.holdfast-part')).length;
  }
});
