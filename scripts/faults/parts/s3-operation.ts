import type { HopRequest } from './http-hop';

/** What a request asks of S3, in S3's own words: by its method, and by what its query names. */
export function operationOf({ method, path }: Pick<HopRequest, 'method' | 'path'>): string {
  const [place = '', query = ''] = path.split('?');
  const asks = new URLSearchParams(query);
  const ofObject = place.split('/').filter(Boolean).length > 1;
  const upload = asks.has('uploadId');
  switch (method) {
    case 'POST':
      if (asks.has('delete')) return 'DeleteObjects';
      return asks.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
    case 'PUT':
      if (!ofObject) return 'CreateBucket';
      return upload ? 'UploadPart' : 'PutObject';
    case 'DELETE':
      return upload ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'HEAD':
      return ofObject ? 'HeadObject' : 'HeadBucket';
    default:
      if (upload) return 'ListParts';
      if (asks.has('uploads')) return 'ListMultipartUploads';
      return ofObject ? 'GetObject' : 'ListObjects';
  }
}
