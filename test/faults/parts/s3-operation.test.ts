import { operationOf } from '../../../scripts/faults/parts/s3-operation';

test.each([
  ['PUT', '/backups', 'CreateBucket'],
  ['PUT', '/backups/demo/a?x-id=PutObject', 'PutObject'],
  ['POST', '/backups/demo/a?uploads=', 'CreateMultipartUpload'],
  ['PUT', '/backups/demo/a?partNumber=2&uploadId=7&x-id=UploadPart', 'UploadPart'],
  ['POST', '/backups/demo/a?uploadId=7', 'CompleteMultipartUpload'],
  ['DELETE', '/backups/demo/a?uploadId=7', 'AbortMultipartUpload'],
  ['GET', '/backups/demo/a?uploadId=7', 'ListParts'],
  ['GET', '/backups?uploads=&prefix=demo', 'ListMultipartUploads'],
  ['GET', '/backups/?list-type=2&prefix=demo%2F', 'ListObjects'],
  ['GET', '/backups/demo/a', 'GetObject'],
  ['HEAD', '/backups/demo/a', 'HeadObject'],
  ['HEAD', '/backups', 'HeadBucket'],
  ['POST', '/backups?delete=', 'DeleteObjects'],
  ['DELETE', '/backups/demo/a', 'DeleteObject'],
])('%s %s is %s', (method, path, operation) => {
  expect(operationOf({ method, path })).toBe(operation);
});
