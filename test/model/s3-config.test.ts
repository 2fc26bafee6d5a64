import { S3Config } from '../../src/model/s3-config';

const keys = { 'access-key': 'RANDOM', 'secret-key': 'RANDOM' };

describe('the s3 interface (A10)', () => {
  test('every field is taken, texts trimmed, slashes gone around path and bucket and behind endpoint', () => {
    const given = {
      bucket: ' /minio/ ',
      'access-key': ' RANDOM ',
      'secret-key': 'RANDOM\n',
      path: '/relation-68/',
      endpoint: ' https://minio-endpoint// ',
      region: ' us-east-1 ',
      's3-uri-style': ' path ',
      'storage-class': ' glacier ',
      'tls-ca-chain': [' base64-encoded-ca-chain== '],
      's3-api-version': 4,
      attributes: [
        'Cache-Control=max-age=90000,min-fresh=9000',
        ' X-Amz-Server-Side-Encryption-Customer-Key=CuStoMerKey= ',
      ],
    };
    expect(S3Config.parse(given)).toEqual({
      bucket: 'minio',
      ...keys,
      path: 'relation-68',
      endpoint: 'https://minio-endpoint',
      region: 'us-east-1',
      's3-uri-style': 'path',
      'storage-class': 'glacier',
      'tls-ca-chain': ['base64-encoded-ca-chain=='],
      's3-api-version': 4,
      attributes: [
        'Cache-Control=max-age=90000,min-fresh=9000',
        'X-Amz-Server-Side-Encryption-Customer-Key=CuStoMerKey=',
      ],
    });
  });

  test('a key that is not of the interface is tolerated', () => {
    expect(S3Config.parse({ bucket: 'minio', ...keys, 'data-room': 7 })).toMatchObject({ 'data-room': 7 });
  });

  test.each([
    ['no bucket', { ...keys }],
    ['no access-key', { bucket: 'minio', 'secret-key': 'x' }],
    ['an empty secret-key', { bucket: 'minio', 'access-key': 'x', 'secret-key': '  ' }],
    ['an unknown uri style', { bucket: 'minio', ...keys, 's3-uri-style': 'virtual' }],
    ['an unknown signature version', { bucket: 'minio', ...keys, 's3-api-version': 3 }],
    ['an attribute without a value', { bucket: 'minio', ...keys, attributes: ['Cache-Control'] }],
  ])('%s is refused', (_, given) => {
    expect(S3Config.safeParse(given).success).toBe(false);
  });
});
