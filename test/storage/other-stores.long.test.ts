import { startMoto, startRclone } from '../../scripts/servers/s3';
import { describeCatalogue } from './catalogue-contract';
import { describeRepository } from './repository-contract';
import { describeOnS3 } from './s3-fixture';
import { describeStorageContract } from './storage-contract';

describeOnS3('moto as a storage', startMoto, (on) => {
  // it gives every unfinished upload the same date
  describeStorageContract(() => ({ ...on(), unfinished: on().fixture.unfinished, datesUploads: false }));
  describeRepository(() => on().storage);
  describeCatalogue(() => on().storage);
});

describeOnS3('rclone serve s3 as a storage', startRclone, (on) => {
  describeStorageContract(() => ({
    ...on(),
    unfinished: on().fixture.unfinished,
    hidesFolders: false,
  }));
  describeRepository(() => on().storage);
  describeCatalogue(() => on().storage);
});
