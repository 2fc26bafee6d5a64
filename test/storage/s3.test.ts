import { describeOnS3 } from './s3-fixture';
import { describeStorageContract } from './storage-contract';

describeOnS3('S3 as a storage', (on) => {
  describeStorageContract(() => ({ storage: on().storage, unfinished: on().fixture.unfinished }));
});
