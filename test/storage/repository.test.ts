import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectoryStorage } from '../../src/storage/directory/create-directory-storage';
import type { Storage } from '../../src/storage/storage';
import { describeCatalogue } from './catalogue-contract';
import { describeRepository } from './repository-contract';
import { describeOnS3 } from './s3-fixture';

describe('a repository in a directory', () => {
  let folder: string;
  let storage: Storage;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-repository-'));
    storage = createDirectoryStorage({ name: 'near', config: { kind: 'directory', path: folder } });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describeRepository(() => storage);
  describeCatalogue(() => storage);
});

describeOnS3('a repository on S3', (on) => {
  describeRepository(() => on().storage);
  describeCatalogue(() => on().storage);
});
