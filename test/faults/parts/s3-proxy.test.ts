import { setTimeout as sleep } from 'node:timers/promises';
import { type S3Proxy, startS3Proxy } from '../../../scripts/faults/parts/s3-proxy';
import type { Storage } from '../../../src/storage/storage';
import { codeOf, failureOf } from '../../storage/failure-of';
import { type S3Fixture, startS3Fixture } from '../../storage/s3-fixture';
import { contentOf, inChunks, someBytes } from '../../storage/some-bytes';

const MiB = 2 ** 20;

let fixture: S3Fixture;
let proxy: S3Proxy;
let storage: Storage;
beforeAll(async () => {
  fixture = await startS3Fixture();
  await fixture.storage().prepare();
});
beforeEach(async () => {
  proxy = await startS3Proxy(fixture.server.endpoint);
  storage = fixture.storage({ endpoint: proxy.endpoint });
});
afterEach(() => proxy.close());
afterAll(() => fixture.stop());

async function uploadThrough(key: string, content: Buffer): Promise<void> {
  const upload = await storage.upload(key);
  await upload.complete(await upload.write(inChunks(content)));
}

describe('a proxy in front of an S3 server', () => {
  it('passes signed requests as they are, and counts them and the bytes of their bodies per operation', async () => {
    const content = someBytes(12 * MiB);
    await uploadThrough('large', content);
    await storage.put('small', 'small');
    expect((await contentOf(await storage.download('large'))).equals(content)).toBe(true);
    expect(proxy.traffic('UploadPart').sent).toBe(12 * MiB);
    expect(proxy.traffic('UploadPart').requests).toBeGreaterThan(1);
    expect(proxy.traffic('PutObject')).toMatchObject({ requests: 1, sent: 5 });
    expect(proxy.traffic('GetObject').received).toBe(12 * MiB);
    expect(proxy.operations()).toEqual(
      expect.arrayContaining(['CreateMultipartUpload', 'CompleteMultipartUpload', 'HeadObject']),
    );
    proxy.forget();
    expect(proxy.traffic('UploadPart').requests).toBe(0);
  });

  it('refuses connections while it is down, and is back at the same place', async () => {
    await proxy.become({ kind: 'down' });
    const waiting = storage.get('small');
    await expect(fetch(proxy.endpoint)).rejects.toThrow();
    await proxy.become({ kind: 'well' });
    expect(String(await waiting)).toBe('small');
  });

  it('stays silent while it hangs, in the middle of a body too, and goes on where it was', async () => {
    const content = someBytes(12 * MiB);
    await proxy.become({ kind: 'slow', bytesPerSecond: 20 * MiB });
    const uploading = uploadThrough('hung', content);
    while (proxy.traffic('UploadPart').sent === 0) await sleep(5);
    await proxy.become({ kind: 'hanging' });
    await sleep(200); // what was on its way already
    const { sent } = proxy.traffic('UploadPart');
    await expect(fetch(proxy.endpoint, { signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout');
    expect(proxy.traffic('UploadPart').sent).toBe(sent);
    expect(sent).toBeLessThan(12 * MiB);
    await proxy.become({ kind: 'well' });
    await uploading;
    expect((await contentOf(await storage.download('hung'))).equals(content)).toBe(true);
  });

  it('is as slow as it is told', async () => {
    await proxy.become({ kind: 'slow', bytesPerSecond: 4 * MiB });
    const began = Date.now();
    await storage.put('slow', someBytes(2 * MiB));
    expect(Date.now() - began).toBeGreaterThan(400);
  });

  it('answers some requests with 500 or 503, the same ones for the same seed', async () => {
    const answersOf = async (seed: number) => {
      await proxy.become({ kind: 'erring', probability: 0.3, seed });
      const answers: number[] = [];
      for (let nth = 0; nth < 60; nth++) answers.push((await fetch(`${proxy.endpoint}/backups/x`)).status);
      return answers;
    };
    const first = await answersOf(7);
    expect(await answersOf(7)).toEqual(first);
    expect(await answersOf(8)).not.toEqual(first);
    expect([...new Set(first)].sort()).toEqual([403, 500, 503]); // 403 is the server's own, to a request without a signature
    const failed = first.filter((status) => status >= 500).length / first.length;
    expect(failed).toBeGreaterThan(0.15);
    expect(failed).toBeLessThan(0.45);
  });

  it('refuses access, and knows no bucket, in words that Holdfast understands', async () => {
    await proxy.become({ kind: 'denying' });
    expect(await codeOf(storage.put('x', 'x'))).toBe('storage-credentials');
    await proxy.become({ kind: 'without-bucket' });
    const failed = await failureOf(storage.head('small'));
    expect(failed.code).toBe('storage-bucket');
  });

  it('takes a request to the server along when its client goes in the middle', async () => {
    const before = await fixture.unfinished();
    await proxy.become({ kind: 'slow', bytesPerSecond: MiB });
    const stop = new AbortController();
    const upload = await storage.upload('gone', { signal: stop.signal });
    const writing = upload.write(inChunks(someBytes(12 * MiB)));
    while (proxy.traffic('UploadPart').sent === 0) await sleep(5);
    stop.abort(new Error('enough'));
    await expect(writing).rejects.toThrow('enough');
    await proxy.become({ kind: 'well' });
    await upload.abort();
    expect(await fixture.unfinished()).toBe(before);
  });
});
