import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectoryStorage } from '../../src/storage/directory/create-directory-storage';
import type { Storage } from '../../src/storage/storage';
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

  async function unfinished(): Promise<number> {
    const names = await readdir(folder, { recursive: true });
    return names.filter((name) => name.endsWith('.holdfast-part')).length;
  }
});
