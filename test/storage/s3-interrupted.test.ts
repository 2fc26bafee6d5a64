import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPartMemory } from '../../src/storage/s3/part-memory';
import type { Storage } from '../../src/storage/storage';
import { failureOf } from './failure-of';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy';
import { type S3Fixture, startS3Fixture } from './s3-fixture';
import { contentOf, inChunks, someBytes } from './some-bytes';

const MiB = 2 ** 20;
const content = someBytes(40 * MiB);

describe('S3 over a network that fails', () => {
  let fixture: S3Fixture;
  let proxy: FaultyProxy;
  let storage: Storage;

  beforeAll(async () => {
    fixture = await startS3Fixture();
    await fixture.storage().prepare();
    const whole = await fixture.storage().upload('whole');
    await whole.complete(await whole.write(inChunks(content)));
  });
  beforeEach(async () => {
    proxy = await startFaultyProxy(fixture.server.endpoint);
    storage = fixture.storage(
      { endpoint: proxy.endpoint },
      { timeouts: { idle: 1_000, transfer: 4_000, operation: 1_000 } },
    );
  });
  afterEach(() => proxy.close());
  afterAll(() => fixture.stop());

  /** As a dump gives them: slowly enough for things to happen meanwhile. */
  async function* slowly(pause: number, onChunk: (at: number) => void = () => undefined): AsyncGenerator<Buffer> {
    for (let at = 0; at < content.length; at += MiB) {
      onChunk(at);
      yield content.subarray(at, at + MiB);
      await sleep(pause);
    }
  }

  const stored = async (key: string) => contentOf(await fixture.storage().download(key));

  it('sends parts again whose connections were cut', async () => {
    proxy.cutAfter('up', 2 * MiB, 5);
    const upload = await storage.upload('cut');
    await upload.complete(await upload.write(inChunks(content)));
    expect((await stored('cut')).equals(content)).toBe(true);
    expect(proxy.connections()).toBeGreaterThan(5);
  });

  it('sends parts again that are kept in files, too', async () => {
    proxy.cutAfter('up', 2 * MiB, 3);
    const spilling = fixture.storage(
      { endpoint: proxy.endpoint },
      { memory: createPartMemory(0), timeouts: { transfer: 4_000 } },
    );
    const upload = await spilling.upload('cut-file');
    await upload.complete(await upload.write(inChunks(content)));
    expect((await stored('cut-file')).equals(content)).toBe(true);
  });

  it('finishes an upload although the server was killed and came back', async () => {
    const upload = await storage.upload('killed');
    const source = slowly(20, (at) => {
      if (at === 12 * MiB)
        void fixture.server
          .kill9()
          .then(() => sleep(700))
          .then(() => fixture.server.restart());
    });
    await upload.complete(await upload.write(Readable.from(source, { objectMode: false })));
    expect((await stored('killed')).equals(content)).toBe(true);
    expect(await fixture.unfinished()).toBe(0);
  });

  it('goes on with a download whose connections were cut, from the next byte', async () => {
    proxy.cutAfter('down', 3 * MiB, 6);
    let moved = 0;
    const stream = await storage.download('whole', { start: 5, onBytes: (bytes) => (moved += bytes) });
    expect((await contentOf(stream)).equals(content.subarray(5))).toBe(true);
    expect(moved).toBe(content.length - 5);
    expect(proxy.connections()).toBe(7);
  });

  it('finishes a download although the server was killed and came back', async () => {
    const stream = await storage.download('whole');
    const got: Buffer[] = [];
    let killed = false;
    for await (const chunk of stream) {
      got.push(Buffer.from(chunk as Buffer));
      if (got.length < 8) continue;
      await sleep(20);
      if (killed) continue;
      killed = true;
      void fixture.server
        .kill9()
        .then(() => sleep(700))
        .then(() => fixture.server.restart());
    }
    expect(Buffer.concat(got).equals(content)).toBe(true);
  });

  it('takes a connection that says nothing for a broken one', async () => {
    const stream = await storage.download('whole');
    stream.once('data', () => {
      proxy.stall();
      setTimeout(() => proxy.flow(), 1_600);
    });
    expect((await contentOf(stream)).equals(content)).toBe(true);
  });

  it('gives up a download after its patience, and says why', async () => {
    const stream = await storage.download('whole');
    stream.once('data', () => void proxy.close());
    const started = Date.now();
    const failed = await failureOf(contentOf(stream));
    expect(failed.code).toBe('storage-network');
    expect(failed.message).toMatch(/ECONNREFUSED/);
    expect(Date.now() - started).toBeGreaterThan(3_000);
    expect(Date.now() - started).toBeLessThan(12_000);
    proxy = await startFaultyProxy(fixture.server.endpoint);
  });

  it('fails an object that was replaced while it was read', async () => {
    const direct = fixture.storage();
    const upload = await direct.upload('replaced');
    await upload.complete(await upload.write(inChunks(content)));
    proxy.cutAfter('down', 3 * MiB, 1);
    const stream = await storage.download('replaced');
    await direct.put('replaced', 'something else');
    const failed = await failureOf(contentOf(stream));
    expect(failed.code).toBe('object-changed');
    expect(failed.message).toContain('it was replaced while it was read');
  });

  it('gives up an upload after its patience, stops its source, and can be aborted without the server', async () => {
    const upload = await storage.upload('given-up');
    let read = 0;
    const source = slowly(5, (at) => {
      read = at;
      if (at === 12 * MiB) void proxy.close();
    });
    const failed = await failureOf(upload.write(Readable.from(source, { objectMode: false })));
    expect(failed.code).toBe('storage-network');
    expect(failed.retried).toBe(true);
    expect(read).toBeLessThan(content.length);
    await upload.abort();
    expect(await fixture.unfinished()).toBe(1);
    expect(await fixture.storage().sweep('', new Date(Date.now() + 60_000))).toEqual(['given-up']);
    proxy = await startFaultyProxy(fixture.server.endpoint);
  });

  it('reads its source no faster than the store takes it', async () => {
    let read = 0;
    const patient = fixture.storage({ endpoint: proxy.endpoint }, { memory: createPartMemory(15 * MiB) });
    const upload = await patient.upload('slow');
    const source = slowly(0, (at) => {
      read = at;
      if (at === 7 * MiB) proxy.stall();
    });
    const writing = upload.write(Readable.from(source, { objectMode: false }));
    await sleep(1_000);
    expect(read).toBeGreaterThanOrEqual(7 * MiB);
    expect(read).toBeLessThan(25 * MiB);
    proxy.flow();
    await upload.complete(await writing);
    expect((await stored('slow')).equals(content)).toBe(true);
  });

  it('answers soon where no server is', async () => {
    await proxy.close();
    const started = Date.now();
    const failed = await failureOf(storage.prepare());
    expect(failed.code).toBe('storage-network');
    expect(failed.message).toMatch(/use storage "main" \(s3:\/\/backups\/prod\/\): connect ECONNREFUSED/);
    expect(Date.now() - started).toBeLessThan(5_000);
    proxy = await startFaultyProxy(fixture.server.endpoint);
  });

  it('answers in bounded time where a server accepts and says nothing', async () => {
    proxy.stall();
    const started = Date.now();
    const failed = await failureOf(storage.get('whole'));
    expect(failed.code).toBe('storage-network');
    expect(failed.message).toMatch(/timed out/);
    expect(Date.now() - started).toBeLessThan(15_000);
  });
});
