import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { bucket, prefix } from '../field/field-config';
import { type Invariant, soon } from './invariant';

export const noUpload: Invariant = {
  name: 'no multipart upload in progress',
  check: ({ store }, { lane }) =>
    soon(async () => {
      const input = { Bucket: bucket, Prefix: `${prefix}/${lane.name}/` };
      const { Uploads = [] } = await store.send(new ListMultipartUploadsCommand(input));
      return Uploads.length === 0 ? undefined : `uploads are open: ${Uploads.map(({ Key }) => Key).join(', ')}`;
    }),
};
