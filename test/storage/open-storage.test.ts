import { StorageConfig } from '../../src/config/storage-schema';
import { failure } from '../../src/model/errors';
import { openStorage } from '../../src/storage/open-storage';
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
