import type { Storage } from '../../src/storage/storage';
import { type S3Fixture, startS3Fixture } from './s3-fixture';
import { describeStorageContract } from './storage-contract';

describe('S3 as a storage', () => {
  let fixture: S3Fixture;
  let storage: Storage;

  beforeAll(async () => {
    fixture = await startS3Fixture();
    storage = fixture.storage();
    await storage.prepare();
  });
  afterAll(() => fixture.stop());

  describeStorageContract(() => ({ storage, unfinished: fixture.unfinished }));
});
