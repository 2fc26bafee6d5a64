import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../../src/storage/storage';
import { codeOf, failureOf } from './failure-of';
import { type RecordedRequest, type RecordingProxy, startRecordingProxy } from './recording-proxy';
import { type S3Fixture, startS3Fixture } from './s3-fixture';
import { contentOf, inChunks, someBytes } from './some-bytes';

const MiB = 2 ** 20;
const customerKey = Buffer.alloc(32, 7).toString('base64');

/** What a request does, by its method and query. */
function kindOf({ method, path }: RecordedRequest): string {
  const query = path.split('?')[1] ?? '';
  if (method === 'POST') return query.includes('uploads') ? 'begin' : query.includes('delete') ? 'delete' : 'complete';
  if (method === 'PUT') return query.includes('partNumber') ? 'part' : 'put';
  if (method === 'GET' && query.includes('list-type')) return 'list';
  return method.toLowerCase();
}

describe('what is asked of S3', () => {
  let fixture: S3Fixture;
  let proxy: RecordingProxy;

  beforeAll(async () => {
    fixture = await startS3Fixture();
    await fixture.storage().prepare();
  });
  beforeEach(async () => {
    proxy = await startRecordingProxy(fixture.server.endpoint);
  });
  afterEach(() => proxy.close());
  afterAll(() => fixture.stop());

  const through = (settings: Record<string, unknown> = {}) =>
    fixture.storage({ endpoint: proxy.endpoint, ...settings });
  const kindsWith = (header: string) => [
    ...new Set(proxy.requests.filter(({ headers }) => headers[header] !== undefined).map(kindOf)),
  ];

  /** One of every request that a backup makes. */
  async function everything(storage: Storage, key: string): Promise<void> {
    await storage.put(`${key}/small`, 'small');
    const upload = await storage.upload(`${key}/large`);
    await upload.complete(await upload.write(inChunks(someBytes(7 * MiB))));
    await contentOf(await storage.download(`${key}/large`));
    await storage.head(`${key}/small`);
    await storage.listFolders('');
    await storage.delete([`${key}/small`]);
  }

  it('carries each attribute with the requests it belongs to, and no other', async () => {
    const attributes = [
      'x-amz-server-side-encryption=AES256',
      'X-Amz-Meta-Team = shop team ',
      'Cache-Control=no-store',
      'x-amz-request-payer=requester',
    ];
    await everything(through({ attributes, 'storage-class': 'STANDARD_IA' }), 'attributes');
    expect(kindsWith('x-amz-server-side-encryption')).toEqual(['put', 'begin']);
    expect(kindsWith('x-amz-meta-team')).toEqual(['put', 'begin']);
    expect(kindsWith('cache-control')).toEqual(['put', 'begin']);
    expect(kindsWith('x-amz-storage-class')).toEqual(['put', 'begin']);
    expect(kindsWith('x-amz-request-payer').sort()).toEqual([...new Set(proxy.requests.map(kindOf))].sort());
    const put = proxy.requests.find((request) => kindOf(request) === 'put');
    expect(put?.headers).toMatchObject({ 'x-amz-meta-team': 'shop team', 'x-amz-storage-class': 'STANDARD_IA' });
  });

  it("shows a customer's encryption key wherever content moves, with its digest, and never in messages", async () => {
    const storage = through({ attributes: [`x-amz-server-side-encryption-customer-key=${customerKey}`] });
    await everything(storage, 'customer').catch(() => undefined);
    proxy.refuse = () => ({ status: 400, body: `<Error><Code>Echo</Code><Message>${customerKey}</Message></Error>` });
    const failed = await failureOf(storage.get('customer/small'));
    expect(failed.message).not.toContain(customerKey);
    expect(JSON.stringify(storage.redacted)).not.toContain(customerKey);
    const bearing = kindsWith('x-amz-server-side-encryption-customer-key');
    expect(bearing).toEqual(expect.arrayContaining(['put', 'begin', 'part', 'get', 'head']));
    expect(bearing).not.toEqual(expect.arrayContaining(['delete']));
    expect(kindsWith('x-amz-server-side-encryption-customer-key-md5')).toEqual(bearing);
    expect(kindsWith('x-amz-server-side-encryption-customer-algorithm')).toEqual(bearing);
  });

  it('hashes no part a second time, and sends no trailing checksum', async () => {
    await everything(through(), 'hashes');
    const parts = proxy.requests.filter((request) => kindOf(request) === 'part');
    expect(parts).toHaveLength(2);
    for (const { headers } of parts) {
      expect(headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
      expect(Object.keys(headers).filter((name) => /checksum|trailer|content-md5|expect|encoding/.test(name))).toEqual(
        [],
      );
      expect(headers['content-length']).toBeDefined();
    }
    expect(kindsWith('content-md5')).toEqual(['put', 'delete']);
  });

  it('sends an MD5 with parts once the bucket demanded one, as with Object Lock', async () => {
    const message =
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Part requests with Object Lock parameters';
    proxy.refuse = (request) =>
      kindOf(request) === 'part' && request.headers['content-md5'] === undefined
        ? { status: 400, body: `<Error><Code>InvalidRequest</Code><Message>${message}</Message></Error>` }
        : undefined;
    const content = someBytes(22 * MiB);
    const upload = await through().upload('locked');
    await upload.complete(await upload.write(inChunks(content)));
    expect((await contentOf(await fixture.storage().download('locked'))).equals(content)).toBe(true);
  });

  it('takes no object for complete that the store shows with another size, and removes it', async () => {
    const upload = await through().upload('resized');
    const bytes = await upload.write(inChunks(someBytes(7 * MiB)));
    proxy.refuse = (request) =>
      kindOf(request) === 'head' ? { status: 200, body: '', headers: { 'content-length': '5' } } : undefined;
    const failed = await failureOf(upload.complete(bytes));
    expect(failed.message).toContain(`5 bytes arrived of ${bytes}`);
    expect(await fixture.storage().head('resized')).toBeUndefined();
  });

  it('is not confused by the lost answer to a completion that the store will not repeat', async () => {
    let completions = 0;
    proxy.loseAnswer = (request) => kindOf(request) === 'complete';
    proxy.refuse = (request) =>
      kindOf(request) === 'complete' && ++completions > 1
        ? { status: 404, body: '<Error><Code>NoSuchUpload</Code><Message>gone</Message></Error>' }
        : undefined;
    const upload = await through().upload('lost');
    const bytes = await upload.write(inChunks(someBytes(7 * MiB)));
    await upload.complete(bytes);
    expect(completions).toBe(2);
    expect((await fixture.storage().head('lost'))?.bytes).toBe(bytes);
  });

  it('is not confused by the lost answer to a creation', async () => {
    let lost = 0;
    const storage = through();
    await storage.create('asked', 'whether conditions are kept');
    proxy.loseAnswer = (request) => kindOf(request) === 'put' && lost++ === 0;
    expect(await storage.create('lost-small', 'ours')).toBe(true);
    expect(lost).toBe(2);
  });

  it('stays below its prefix, and leaves uploads of others alone', async () => {
    const other = fixture.storage({ prefix: 'production' });
    await other.put('a', 'other');
    const theirs = await other.upload('theirs');
    await theirs.write(inChunks(someBytes(6 * MiB)));
    const ours = fixture.storage();
    expect(await ours.listFolders('')).not.toContain('uction');
    expect(await ours.sweep('', new Date(Date.now() + 60_000))).toEqual([]);
    expect(await fixture.unfinished()).toBe(1);
    expect(ours.place).toBe('s3://backups/prod/');
    await theirs.abort();
  });

  it('trims what people write around names', async () => {
    const storage = fixture.storage({
      bucket: '/backups/',
      prefix: ' /prod/ ',
      endpoint: `${fixture.server.endpoint}/`,
      region: ' us-east-1 ',
    });
    await storage.put('trimmed', 'x');
    expect((await fixture.storage().get('trimmed')).toString()).toBe('x');
    expect(storage.place).toBe('s3://backups/prod/');
  });

  it('shows its settings in the words of the s3 interface, without the keys', () => {
    const storage = fixture.storage({ endpoint: 'https://user:pass@s3.example.org/', 'storage-class': 'GLACIER' });
    expect(storage.redacted).toEqual({
      bucket: 'backups',
      path: 'prod',
      endpoint: 'https://redacted@s3.example.org/',
      region: 'us-east-1',
      's3-uri-style': 'path',
      'storage-class': 'GLACIER',
      's3-api-version': 4,
      'access-key': 'redacted',
      'secret-key': 'redacted',
    });
  });

  it('lists and deletes more than one page', async () => {
    const storage = fixture.storage();
    const keys = Array.from({ length: 1_005 }, (_, index) => `many/${String(index).padStart(4, '0')}`);
    // written behind the server's back, which takes files for objects: a thousand requests would take long
    const folder = join(fixture.server.dataFolder, 'backups', 'prod');
    await mkdir(join(folder, 'many'), { recursive: true });
    for (const key of keys) await writeFile(join(folder, key), '');
    const listed = async () => {
      const found: string[] = [];
      for await (const { key } of storage.list('many/')) found.push(key);
      return found;
    };
    expect(await listed()).toEqual(keys);
    await storage.delete(keys);
    expect(await listed()).toEqual([]);
  });

  it('creates the bucket where there is none, also by two at once', async () => {
    const one = fixture.storage({ bucket: 'fresh-bucket' });
    const two = fixture.storage({ bucket: 'fresh-bucket' });
    await Promise.all([one.prepare(), two.prepare()]);
    await one.prepare();
    await one.put('a', 'a');
    expect((await two.get('a')).toString()).toBe('a');
    expect(await codeOf(one.get('b'))).toBe('object-missing');
  });
});
