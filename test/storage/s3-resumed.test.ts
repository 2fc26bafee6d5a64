import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPartMemory } from '../../src/storage/s3/part-memory';
import { type RecordedRequest, type RecordingProxy, startRecordingProxy } from './recording-proxy';
import { type S3Fixture, startS3Fixture } from './s3-fixture';
import { contentOf, inChunks, someBytes } from './some-bytes';

const MiB = 2 ** 20;
const content = someBytes(100 * MiB, 5);

let fixture: S3Fixture;
let proxy: RecordingProxy;
let folder: string;
beforeAll(async () => {
  fixture = await startS3Fixture();
  await fixture.storage().prepare();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-resumed-'));
  await writeFile(join(folder, 'staged'), content);
});
beforeEach(async () => {
  proxy = await startRecordingProxy(fixture.server.endpoint);
});
afterEach(() => proxy.close());
afterAll(async () => {
  await fixture.stop();
  await rm(folder, { recursive: true, force: true });
});

const slowDown = { status: 503, body: '<Error><Code>SlowDown</Code><Message>later</Message></Error>' };
const isPart = ({ method, path }: RecordedRequest) => method === 'PUT' && path.includes('partNumber=');
const partBytes = () =>
  proxy.requests.filter(isPart).reduce((sum, { headers }) => sum + Number(headers['content-length']), 0);
const stored = async (key: string) => contentOf(await fixture.storage().download(key));
const storage = () => fixture.storage({ endpoint: proxy.endpoint }, { memory: createPartMemory(32 * MiB) });

/** A process that uploads the staged file as an agent does; resolves to how it ended. */
async function uploader(key: string, onStart: (kill: () => void) => void): Promise<string> {
  const args = ['--import', require.resolve('tsx'), join(__dirname, 'upload-staged-file.ts')];
  const { accessKey, secretKey, region } = fixture.server;
  const place = JSON.stringify({ endpoint: proxy.endpoint, accessKey, secretKey, region, key, folder });
  const child = spawn(process.execPath, [...args, place], { stdio: ['ignore', 'pipe', 'inherit'] });
  onStart(() => child.kill('SIGKILL'));
  const said = child.stdout.toArray();
  const [code, signal] = await once(child, 'exit');
  return (
    signal ??
    `${code} ${Buffer.concat(await said)
      .toString()
      .trim()}`
  );
}

test('an upload whose process was killed at 95 % goes on from there: what had arrived is checked and not sent again', async () => {
  const key = 'backups/one/data/staged';
  let arrived = 0;
  const killed = await uploader(key, (kill) => {
    proxy.onSuccess = (request) => {
      arrived += isPart(request) ? 5 : 0;
      if (arrived >= 95) kill();
    };
    // what would arrive between the signal and the end
    proxy.refuse = (request) => (isPart(request) && request.path.includes('partNumber=20&') ? slowDown : undefined);
  });
  expect(killed).toBe('SIGKILL');
  expect(await fixture.unfinished()).toBe(1);
  const before = partBytes();
  expect(before).toBeGreaterThanOrEqual(95 * MiB);
  proxy.onSuccess = () => undefined;
  proxy.refuse = () => undefined;
  proxy.requests.length = 0;
  expect(await uploader(key, () => undefined)).toMatch(/^0 [0-9a-f]{64}$/);
  console.info(`first life sent ${before / MiB} MiB, second ${partBytes() / MiB} MiB of ${content.length / MiB}`);
  expect(partBytes()).toBe(5 * MiB);
  expect((await stored(key)).equals(content)).toBe(true);
  expect(await fixture.unfinished()).toBe(0);
});

/** Sends the first `bytes` and is then given up. */
async function givenUp(key: string, bytes: number, resumable: boolean): Promise<void> {
  const upload = await storage().upload(key, { resumable });
  await upload.write(inChunks(content.subarray(0, bytes)));
  await upload.abort();
}

async function whole(key: string, bytes: Buffer): Promise<void> {
  proxy.requests.length = 0;
  const upload = await storage().upload(key, { resumable: true });
  await upload.complete(await upload.write(inChunks(bytes)));
  expect((await stored(key)).equals(bytes)).toBe(true);
  expect(await fixture.unfinished()).toBe(0);
}

test('parts that are no longer what is written now are sent, the others are kept', async () => {
  await givenUp('changed', 50 * MiB, true);
  const changed = Buffer.from(content.subarray(0, 50 * MiB));
  changed.writeUInt8(changed.readUInt8(12 * MiB) ^ 1, 12 * MiB); // in the third part of ten
  await whole('changed', changed);
  expect(partBytes()).toBe(5 * MiB);
});

test('what cannot be read again leaves nothing, so that nothing is found of it', async () => {
  await givenUp('streamed', 50 * MiB, false);
  expect(await fixture.unfinished()).toBe(0);
  await whole('streamed', content.subarray(0, 50 * MiB));
  expect(partBytes()).toBe(50 * MiB);
});

test('an object that became smaller leaves nothing of the larger one that was begun under its key', async () => {
  await givenUp('shrunk', 20 * MiB, true);
  await whole('shrunk', content.subarray(0, MiB));
});

test('a streamed upload whose store goes away and comes back sends no part again that had arrived', async () => {
  const arrived: string[] = [];
  proxy.onSuccess = (request) => {
    if (isPart(request)) arrived.push(request.path);
  };
  const away = async () => {
    await fixture.server.kill9();
    await sleep(1_500);
    await fixture.server.restart();
  };
  let outage: Promise<void> | undefined;
  const pieces = async function* () {
    for (let at = 0; at < 60 * MiB; at += MiB) {
      if (arrived.length >= 4) outage ??= away();
      yield content.subarray(at, at + MiB);
      await sleep(20);
    }
  };
  const upload = await storage().upload('outage');
  await upload.complete(await upload.write(Readable.from(pieces(), { objectMode: false })));
  await outage;
  expect(outage).toBeDefined();
  expect(new Set(arrived).size).toBe(12);
  expect(arrived).toHaveLength(12);
  expect((await stored('outage')).equals(content.subarray(0, 60 * MiB))).toBe(true);
});

test('another key that begins with the same words is not mistaken for it', async () => {
  await givenUp('twin.tar', 20 * MiB, true);
  proxy.requests.length = 0;
  const upload = await storage().upload('twin', { resumable: true });
  await upload.complete(await upload.write(inChunks(content.subarray(0, 20 * MiB))));
  expect(partBytes()).toBe(20 * MiB);
  expect(await storage().sweep('twin.tar', new Date(Date.now() + 60_000))).toEqual(['twin.tar']);
});

test('where the keys do not allow to look at parts the upload begins anew', async () => {
  await givenUp('forbidden', 20 * MiB, true);
  proxy.refuse = ({ method, path }) =>
    method === 'GET' && path.includes('uploadId=')
      ? { status: 403, body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>' }
      : undefined;
  proxy.requests.length = 0;
  const upload = await storage().upload('forbidden', { resumable: true });
  await upload.complete(await upload.write(inChunks(content.subarray(0, 20 * MiB))));
  expect(partBytes()).toBe(20 * MiB);
  await storage().sweep('forbidden', new Date(Date.now() + 60_000));
});
