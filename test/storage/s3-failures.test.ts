import { inspect } from 'node:util';
import { createS3Storage } from '../../src/storage/s3/create-s3-storage';
import { codeOf, failureOf } from './failure-of';
import { type S3Fixture, s3Config, startS3Fixture } from './s3-fixture';
import { startXmlServer, type XmlServer } from './xml-server';

const quick = { operation: 200, transfer: 200 };

describe('failures of S3', () => {
  let fixture: S3Fixture;
  beforeAll(async () => {
    fixture = await startS3Fixture();
    await fixture.storage().prepare();
  });
  afterAll(() => fixture.stop());

  it('a wrong secret key: credentials, without showing a key', async () => {
    const secretKey = 'not-the-secret-of-anybody';
    const storage = fixture.storage({}, { secretKey });
    for (const failed of [await failureOf(storage.prepare()), await failureOf(storage.put('a', 'a'))]) {
      expect(failed).toMatchObject({ code: 'storage-credentials', retried: false });
      expect(failed.message).toContain('SignatureDoesNotMatch');
      expect(inspect(failed, { depth: 10 })).not.toContain(secretKey);
      expect(inspect(failed, { depth: 10 })).not.toContain(fixture.server.accessKey);
    }
  });

  it('a wrong access key: credentials, also where an answer has no body to say so', async () => {
    const storage = fixture.storage({}, { accessKey: 'nobody-knows-me' });
    expect(await codeOf(storage.prepare())).toBe('storage-credentials');
    expect(await codeOf(storage.head('a'))).toBe('storage-credentials');
    expect(await codeOf(fixture.storage({}, { secretKey: 'wrong' }).head('a'))).toBe('storage-credentials');
  });

  it('a wrong region: region, naming the right one', async () => {
    const failed = await failureOf(fixture.storage({ region: 'eu-north-1' }).prepare());
    expect(failed.code).toBe('storage-region');
    expect(failed.message).toContain('us-east-1');
  });

  it('no bucket: told from no object, by every operation', async () => {
    const storage = fixture.storage({ bucket: 'nowhere' });
    expect(await codeOf(storage.get('a'))).toBe('storage-bucket');
    expect(await codeOf(storage.put('a', 'a'))).toBe('storage-bucket');
    expect(await codeOf(storage.head('a'))).toBe('storage-bucket');
    expect(await codeOf(storage.download('a'))).toBe('storage-bucket');
    expect(await codeOf(storage.listFolders(''))).toBe('storage-bucket');
  });

  it('a bucket name that S3 refuses: bucket', async () => {
    expect(await codeOf(fixture.storage({ bucket: 'No_Bucket' }).prepare())).toBe('storage-bucket');
  });

  it('a host that is not known: network, with the bucket in it or not, as the style says', async () => {
    const at = (style: string) =>
      failureOf(fixture.storage({ endpoint: 'http://s3.invalid', 'uri-style': style }, { timeouts: quick }).prepare());
    const [host, path] = [await at('host'), await at('path')];
    expect([host.code, path.code]).toEqual(['storage-network', 'storage-network']);
    expect(host.message).toContain('backups.s3.invalid');
    expect(path.message).toMatch(/[^.]s3\.invalid/);
  });

  it('an endpoint that speaks no TLS, or no S3: refused', async () => {
    const spoken = fixture.storage({ endpoint: fixture.server.endpoint.replace('http', 'https') });
    expect(await codeOf(spoken.prepare())).toBe('storage-refused');
  });

  it('settings that cannot be honoured are refused before anything is sent', () => {
    const create = (settings: Record<string, unknown>) => () =>
      createS3Storage({ name: 'main', config: s3Config(settings), accessKey: 'a', secretKey: 'b' });
    expect(create({ attributes: ['Authorization=x'] })).toThrow(/attribute "authorization" belongs to the protocol/);
    expect(create({ attributes: ['no good=x'] })).toThrow(/must be Header=value/);
    expect(create({ 'tls-ca-chain': ['bm90IGEgY2VydGlmaWNhdGU='] })).toThrow(/entry 1 of tls-ca-chain holds no PEM/);
    expect(create({ 'tls-ca-chain': '/nowhere/ca.pem' })).toThrow(/cannot read "\/nowhere\/ca.pem" \(ENOENT\)/);
  });
});

describe('what a store answers', () => {
  let server: XmlServer;
  beforeAll(async () => {
    server = await startXmlServer();
  });
  afterAll(() => server.close());

  const storage = () =>
    createS3Storage({
      name: 'main',
      config: s3Config({ endpoint: server.endpoint }),
      accessKey: 'the-access-key',
      secretKey: 'the-secret-key',
      timeouts: quick,
    });

  it.each([
    [403, 'AccessDenied', 'storage-credentials'],
    [403, 'InvalidAccessKeyId', 'storage-credentials'],
    [400, 'ExpiredToken', 'storage-credentials'],
    [401, 'SomethingNew', 'storage-credentials'],
    [403, 'RequestTimeTooSkewed', 'storage-network'],
    [404, 'NoSuchBucket', 'storage-bucket'],
    [409, 'BucketAlreadyExists', 'storage-bucket'],
    [301, 'PermanentRedirect', 'storage-region'],
    [400, 'IllegalLocationConstraintException', 'storage-region'],
    [507, 'SomethingNew', 'storage-full'],
    [403, 'QuotaExceeded', 'storage-full'],
    [507, 'XMinioStorageFull', 'storage-full'],
    [400, 'EntityTooLarge', 'storage-limit'],
    [400, 'InvalidStorageClass', 'storage-refused'],
    [400, 'InvalidArgument', 'storage-refused'],
    [503, 'SlowDown', 'storage-network'],
    [500, 'InternalError', 'storage-network'],
    [502, 'SomethingNew', 'storage-network'],
    [429, 'SomethingNew', 'storage-network'],
    [400, 'RequestTimeout', 'storage-network'],
    [400, 'BadDigest', 'storage-network'],
  ])('%i %s is %s', async (status, code, expected) => {
    server.answer({ status, code, message: 'as the store says.' });
    const failed = await failureOf(storage().put('a', 'a'));
    expect(failed.code).toBe(expected);
    expect(failed.message).toContain(`${code}: as the store says`);
  });

  it('is understood without a body too', async () => {
    server.answer({ status: 403 });
    expect(await codeOf(storage().head('a'))).toBe('storage-credentials');
    server.answer({ status: 507 });
    expect((await failureOf(storage().put('a', 'a'))).message).toContain('HTTP status 507');
  });

  it('names the region that a redirect names', async () => {
    server.answer({ status: 301, code: 'PermanentRedirect', message: 'elsewhere', more: '<Region>eu-west-3</Region>' });
    expect((await failureOf(storage().put('a', 'a'))).message).toContain('(its region is eu-west-3)');
  });

  it('is repeated without the keys, should it hold them', async () => {
    server.answer({ status: 400, code: 'Echo', message: 'you said the-access-key and the-secret-key' });
    const failed = await failureOf(storage().put('a', 'a'));
    expect(failed.message).toContain('you said redacted and redacted');
    expect(inspect(failed, { depth: 10 })).not.toMatch(/the-(access|secret)-key/);
  });

  it('is asked for again only where that may help', async () => {
    const asked = async (status: number, code: string) => {
      const before = server.requests();
      server.answer({ status, code });
      await failureOf(storage().put('a', 'a'));
      return server.requests() - before;
    };
    expect(await asked(403, 'AccessDenied')).toBe(1);
    expect(await asked(404, 'NoSuchBucket')).toBe(1);
    expect(await asked(503, 'SlowDown')).toBeGreaterThan(1);
  });
});
