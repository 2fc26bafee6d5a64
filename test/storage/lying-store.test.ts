import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createS3Storage } from '../../src/storage/s3/create-s3-storage';
import { longestSmallObject } from '../../src/storage/small-objects';
import type { Storage } from '../../src/storage/storage';
import { codeOf, failureOf } from './failure-of';
import { s3Config } from './s3-fixture';
import { keysUnder } from './subject';

/** What no server that can be had does: it answers whatever the test says. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let storage: Storage;
const server = createServer((request, response) => answer(request, response));

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = s3Config({ endpoint, region: 'us-east-1' });
  storage = createS3Storage({ name: 'liar', config, accessKey: 'key', secretKey: 'secret' });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const xml = (response: ServerResponse, body: string) => {
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
};
const page = (inner: string) => `<ListBucketResult><IsTruncated>true</IsTruncated>${inner}</ListBucketResult>`;
const object = (key: string) =>
  `<Contents><Key>${key}</Key><Size>1</Size><LastModified>2026-11-21T04:31:00Z</LastModified></Contents>`;

/** Sends for ever, as fast as it is read. */
function endless(response: ServerResponse, headers: Record<string, string>): void {
  response.writeHead(200, headers);
  const block = Buffer.alloc(2 ** 20, 'x');
  const more = () => {
    while (!response.destroyed && response.write(block));
  };
  response.on('drain', more);
  more();
}

describe('a store that does not end', () => {
  it.each([
    ['gives the same place to go on from again', '<NextContinuationToken>same</NextContinuationToken>', /told twice/],
    ['says that there is more, and not where', '', /not where to go on/],
    ['says that there is more, and an empty place', '<NextContinuationToken></NextContinuationToken>', /not where/],
  ])('with a listing that %s is refused, and not taken for the whole', async (_, next, reason) => {
    let pages = 0;
    answer = (_request, response) => xml(response, page(object(`prod/a/${pages++}`) + next));
    const failed = await failureOf(keysUnder(storage, 'a/'));
    expect(failed).toMatchObject({ code: 'listing-endless', message: expect.stringMatching(reason) });
    expect(pages).toBeLessThan(3);
    expect(await codeOf(storage.listFolders('a/'))).toBe('listing-endless');
  });

  it('with a list of uploads in a circle is refused', async () => {
    const uploads = (key: string) =>
      `<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>${key}</NextKeyMarker></ListMultipartUploadsResult>`;
    let pages = 0;
    answer = (_request, response) => xml(response, uploads(pages++ % 2 === 0 ? 'one' : 'two'));
    expect(await codeOf(storage.sweep('a/', new Date()))).toBe('listing-endless');
    expect(pages).toBe(3);
  });

  it('does not list what was not asked for', async () => {
    const all = ['prod/a/1', 'prod/b/2', 'elsewhere', 'prod/a/3'].map(object).join('');
    answer = (_request, response) => xml(response, `<ListBucketResult>${all}</ListBucketResult>`);
    expect(await keysUnder(storage, 'a/')).toEqual(['a/1', 'a/3']);
  });

  it.each([
    ['says how large it is', { 'content-length': String(2 ** 40) }],
    ['does not say it', { 'transfer-encoding': 'chunked' }],
  ])('with a manifest that never ends and %s is not read to the end of our memory', async (_, headers) => {
    answer = (_request, response) => endless(response, headers as Record<string, string>);
    const before = process.memoryUsage().rss;
    expect(await codeOf(storage.get('a/manifest.json'))).toBe('object-oversized');
    expect(process.memoryUsage().rss - before).toBeLessThan(3 * longestSmallObject);
  });

  it('is believed in its head no more than in its body', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '4' });
      response.end('four');
    };
    expect((await storage.get('a/small')).toString()).toBe('four');
    expect(await text(await storage.download('a/small'))).toBe('four');
  });
});
