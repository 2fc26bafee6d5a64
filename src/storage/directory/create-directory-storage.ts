import { access, constants, readFile, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DirectoryStorageConfig } from '../../config/storage-schema';
import { failure } from '../../model/errors';
import { makeFolder } from '../../pipeline/make-folder';
import { concurrently } from '../concurrently';
import { compareKeys } from '../keys';
import { requireSmall } from '../small-objects';
import type { IsOrphan, Storage, StoredObject } from '../storage';
import { besideWhat, openBeside } from './beside-file';
import { downloadFile } from './directory-download';
import { type DirectoryPlace, directoryPlace, errnoOf } from './directory-place';
import { DirectoryUpload } from './directory-upload';
import { entriesOf, walk } from './walk';

const absent = new Set(['ENOENT', 'ENOTDIR']);

/** A directory as a storage. Files are 0600, folders 0700; nothing is touched before the first call. */
export function createDirectoryStorage(options: { name: string; config: DirectoryStorageConfig }): Storage {
  const { name, config } = options;
  const place = directoryPlace(name, config.path);
  return {
    name,
    kind: 'directory',
    place: place.place,
    redacted: { path: config.path },
    prepare: () =>
      place.run('prepare', async () => {
        await makeFolder(place.root);
        await access(place.root, constants.R_OK | constants.W_OK | constants.X_OK);
      }),
    put: (key, content) =>
      place.run('write', async () => {
        const beside = await besideWith(place, key, content);
        await beside.publish().catch(discarding(beside));
      }),
    create: (key, content) =>
      place.run('create object', async () => {
        const beside = await besideWith(place, key, content);
        if (await beside.publishIfAbsent().catch(discarding(beside))) return true;
        return (await readObject(place, key)).equals(Buffer.from(content as Uint8Array));
      }),
    get: (key) => place.run('read', () => readObject(place, key)),
    head: (key) => place.run('look up', async () => describe(key, place.fileOf(key))),
    list: (prefix) => list(place, prefix),
    listFolders: (prefix) => place.run('list', () => folders(place, prefix)),
    delete: (keys) => place.run('delete', () => remove(place, keys)),
    upload: (key, transfer = {}) =>
      place.run('begin upload', async () => {
        return new DirectoryUpload(place, key, await openBeside(place.fileOf(key)), transfer);
      }),
    download: (key, transfer = {}) => downloadFile(place, key, transfer),
    sweep: (prefix, olderThan, isOrphan) => place.run('sweep', () => sweep(place, prefix, olderThan, isOrphan)),
    shortcomings: async () => [],
  };
}

async function besideWith(place: DirectoryPlace, key: string, content: Uint8Array | string) {
  const beside = await openBeside(place.fileOf(key));
  await beside.handle.writeFile(content).catch(discarding(beside));
  return beside;
}

function discarding(beside: { discard(): Promise<void> }) {
  return async (error: unknown): Promise<never> => {
    await beside.discard().catch(() => undefined);
    throw error;
  };
}

async function readObject(place: DirectoryPlace, key: string): Promise<Buffer> {
  try {
    const file = place.fileOf(key);
    requireSmall((await stat(file)).size, key, place.name);
    return await readFile(file);
  } catch (error) {
    if (absent.has(errnoOf(error) ?? '')) throw failure('object-missing', { key, storage: place.name });
    throw error;
  }
}

async function describe(key: string, file: string): Promise<StoredObject | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() ? { key, bytes: found.size, modified: found.mtime } : undefined;
  } catch (error) {
    if (absent.has(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

async function* list(place: DirectoryPlace, prefix: string): AsyncGenerator<StoredObject> {
  place.checkPrefix(prefix);
  try {
    for await (const { key, file } of walk(place.root, prefix)) {
      const found = besideWhat(file.slice(file.lastIndexOf('/') + 1)) ? undefined : await describe(key, file);
      if (found) yield found;
    }
  } catch (error) {
    throw place.fail('list', error);
  }
}

async function folders(place: DirectoryPlace, prefix: string): Promise<string[]> {
  place.checkPrefix(prefix);
  const entries = await entriesOf(join(place.root, prefix));
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const filled = await concurrently(16, names, (name) => holdsObject(place, `${prefix}${name}/`));
  return names.filter((_, index) => filled[index]).sort(compareKeys);
}

/** A folder without an object is none to S3 either: one that only an unfinished upload made is not shown. */
async function holdsObject(place: DirectoryPlace, folder: string): Promise<boolean> {
  for await (const { file } of walk(place.root, folder)) {
    if (!besideWhat(file.slice(file.lastIndexOf('/') + 1))) return true;
  }
  return false;
}

async function remove(place: DirectoryPlace, keys: readonly string[]): Promise<void> {
  const files = keys.map((key) => place.fileOf(key));
  await concurrently(16, files, async (file) => {
    await unlink(file).catch((error) => {
      if (!absent.has(errnoOf(error) ?? '')) throw error;
    });
  });
  for (const folder of new Set(files.map(dirname))) await removeEmpty(place.root, folder);
}

/** S3 has no empty folders, so none are left here either; one that fills again meanwhile stays. */
async function removeEmpty(root: string, folder: string): Promise<void> {
  for (let empty = folder; empty.length > root.length; empty = dirname(empty)) {
    try {
      await rmdir(empty);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') return;
    }
  }
}

async function sweep(place: DirectoryPlace, prefix: string, olderThan: Date, isOrphan?: IsOrphan): Promise<string[]> {
  place.checkPrefix(prefix);
  const swept: string[] = [];
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  for await (const { key, file } of walk(place.root, folder)) {
    const slash = key.lastIndexOf('/') + 1;
    const name = besideWhat(key.slice(slash));
    const target = name === undefined ? undefined : key.slice(0, slash) + name;
    if (!target?.startsWith(prefix)) continue;
    const found = await describe(key, file);
    if (!found || found.modified >= olderThan) continue;
    if (isOrphan && !(await isOrphan(target))) continue;
    await rm(file, { force: true });
    await removeEmpty(place.root, dirname(file));
    swept.push(target);
  }
  return swept;
}
