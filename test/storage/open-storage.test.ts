import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StorageConfig } from '../../src/config/storage-schema';
import { failure } from '../../src/model/errors';
import { openStorage, referencesOf } from '../../src/storage/open-storage';
import { codeOf } from './failure-of';

describe('opening a storage', () => {
  const s3 = StorageConfig.parse({
    kind: 's3',
    bucket: 'backups',
    'access-key': '${env:S3_KEY}',
    'secret-key': '${file:/run/secrets/s3}',
  });

  it('resolves the secrets of S3, and shows none', async () => {
    const asked: string[] = [];
    const storage = await openStorage('main', s3, (reference) => {
      asked.push(reference);
      return 'very-secret';
    });
    expect(asked).toEqual(['${env:S3_KEY}', '${file:/run/secrets/s3}']);
    expect(storage).toMatchObject({ name: 'main', kind: 's3', place: 's3://backups/' });
    expect(JSON.stringify(storage)).not.toContain('very-secret');
  });

  it('resolves an attribute that is a reference, sends what it stands for, and shows the reference', async () => {
    const customerKey = Buffer.alloc(32, 7).toString('base64');
    const attributes = ['X-Amz-Meta-Team=shop', 'x-amz-server-side-encryption-customer-key=${env:SSE}'];
    const config = { ...s3, attributes } as typeof s3;
    expect(referencesOf(config)).toEqual(['${env:S3_KEY}', '${file:/run/secrets/s3}', '${env:SSE}']);
    const seen: IncomingHttpHeaders[] = [];
    const server = createServer(({ headers }, response) => {
      seen.push(headers);
      response.writeHead(403).end(`<Error><Code>AccessDenied</Code><Message>${customerKey}</Message></Error>`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const here = { ...config, endpoint: `http://127.0.0.1:${port}`, 'uri-style': 'path' } as typeof s3;
    const storage = await openStorage('main', here, (reference) => (reference === '${env:SSE}' ? customerKey : 'k'));
    const failed = await storage.put('x', 'y').catch((error) => error);
    server.close();
    expect(seen[0]).toMatchObject({
      'x-amz-meta-team': 'shop',
      'x-amz-server-side-encryption-customer-key': customerKey,
    });
    expect(JSON.stringify(storage.redacted) + failed.message).not.toContain(customerKey);
    expect(failed.code).toBe('storage-credentials');
  });

  it('fails with the secret that cannot be resolved', async () => {
    const unresolved = async () => {
      throw failure('secret-unresolved', { reference: '${env:S3_KEY}', key: 'access-key', reason: 'not set' });
    };
    expect(await codeOf(openStorage('main', s3, unresolved))).toBe('secret-unresolved');
  });

  it('asks for no secret for a directory', async () => {
    const directory = StorageConfig.parse({ kind: 'directory', path: '/srv/backups/' });
    const storage = await openStorage('near', directory, () => {
      throw new Error('not asked for');
    });
    expect(storage).toMatchObject({ name: 'near', kind: 'directory', place: '/srv/backups/' });
    expect(storage.redacted).toEqual({ path: '/srv/backups/' });
  });
});
