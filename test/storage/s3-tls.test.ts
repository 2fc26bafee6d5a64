import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificates, makeCertificates } from './certificates';
import { failureOf } from './failure-of';
import { type S3Fixture, startS3Fixture } from './s3-fixture';
import { contentOf, inChunks, someBytes } from './some-bytes';

describe('S3 over TLS with an authority of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tls-'));
  let ours: Certificates;
  let fixture: S3Fixture;

  beforeAll(async () => {
    ours = makeCertificates(folder, 'ours');
    fixture = await startS3Fixture({ region: 'eu-north-1', tls: { cert: ours.cert, key: ours.key } });
  });
  afterAll(async () => {
    await fixture.stop();
    rmSync(folder, { recursive: true });
  });

  const pem = () => readFileSync(ours.authority, 'utf8');

  // in a region whose buckets must name it, besides
  it.each([
    ['a file', () => ours.authority],
    ['a list of PEM', () => [pem()]],
    ['a list of base64 of PEM', () => [Buffer.from(pem()).toString('base64')]],
  ])('works when the authority is given as %s', async (_, chain) => {
    const storage = fixture.storage({ 'tls-ca-chain': chain() });
    await storage.prepare();
    const content = someBytes(11 * 2 ** 20);
    const upload = await storage.upload('tls/a');
    await upload.complete(await upload.write(inChunks(content)));
    expect((await contentOf(await storage.download('tls/a'))).equals(content)).toBe(true);
  });

  it('is refused without it, and says what to do', async () => {
    const failed = await failureOf(fixture.storage().prepare());
    expect(failed).toMatchObject({ code: 'storage-tls', retried: false });
    expect(failed.message).toMatch(/certificate is not trusted: self-signed certificate/);
    expect(failed.hint).toContain('tls-ca-chain');
  });

  it('is refused with another authority', async () => {
    const { authority } = makeCertificates(folder, 'theirs');
    expect((await failureOf(fixture.storage({ 'tls-ca-chain': authority }).prepare())).code).toBe('storage-tls');
  });

  it('is refused under a name that the certificate does not have', async () => {
    const endpoint = fixture.server.endpoint.replace('127.0.0.1', 'localhost');
    const failed = await failureOf(fixture.storage({ endpoint, 'tls-ca-chain': ours.authority }).prepare());
    expect(failed.code).toBe('storage-tls');
  });
});
