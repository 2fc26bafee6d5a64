import type { ErrorCode } from '../../src/model/errors';
import { BackupRequest, RestoreRequest } from '../../src/model/job-request';
import { Manifest } from '../../src/model/manifest';
import { carriesKeys, compressionContradiction, fromInterfaceRequest } from '../../src/model/public-request';
import { sampleManifest } from './sample-manifest';

const context = {
  database: 'shop',
  storageAt: ({ bucket }: { bucket: string }) => (bucket === 'backups' ? 'main' : undefined),
};
const request = {
  'job-id': 'job-1',
  'job-type': 'backup',
  'job-config': { compression: false },
  'storage-interface': 's3',
  'storage-config': { bucket: 'backups', path: '/prod/' },
};
const refusal = (input: unknown, code: ErrorCode) =>
  expect(() => fromInterfaceRequest(input, context)).toThrow(expect.objectContaining({ code }));

describe('a request of the interface', () => {
  test('for a backup becomes our own, with its compression and the storage that the configuration has there', () => {
    const { jobType, request: own } = fromInterfaceRequest(request, context);
    expect(jobType).toBe('backup');
    expect(BackupRequest.parse(own)).toEqual({
      'job-id': 'job-1',
      'job-type': 'backup',
      database: 'shop',
      storage: 'main',
      'job-config': { compression: false },
      compression: 'none',
    });
  });

  test('for a restore keeps its path in either spelling, and its compression to be held against the manifest', () => {
    const input = { ...request, 'job-type': 'restore', 'artifact-path': 's3://backups/prod/shop/backups/x/' };
    const own = RestoreRequest.parse(fromInterfaceRequest(input, context).request);
    expect(own['artefact-path']).toBe('s3://backups/prod/shop/backups/x/');
    expect(own['job-config']).toEqual({ compression: false });
    expect(own).not.toHaveProperty('compression');
  });

  test('for a restore without a path means the latest backup', () => {
    const { request: own } = fromInterfaceRequest({ ...request, 'job-type': 'restore' }, context);
    expect(own).toMatchObject({ 'backup-id': 'latest' });
  });

  test('is refused with keys in the clear, before anything else is looked at, and without quoting them', () => {
    const config = { bucket: 'backups', 'access-key': 'AKIA', 'secret-key': 'hunter2' };
    refusal({ ...request, 'storage-config': config }, 'secret-in-request');
    refusal({ 'storage-config': { 'secret-key': 'hunter2' } }, 'secret-in-request');
    refusal({ 'storage-config': { 'secret-key': { nested: 'hunter2' } } }, 'secret-in-request');
    expect(() => fromInterfaceRequest({ ...request, 'storage-config': config }, context)).not.toThrow('hunter2');
  });

  test('may carry the redacted keys of a result', () => {
    const config = { bucket: 'backups', 'access-key': 'redacted', 'secret-key': 'redacted' };
    const { request: own } = fromInterfaceRequest({ ...request, 'storage-config': config }, context);
    expect(JSON.stringify(own)).not.toContain('key');
  });

  test('is refused where its storage is not configured, or where it is no request at all', () => {
    refusal({ ...request, 'storage-config': { bucket: 'elsewhere' } }, 'storage-unknown');
    refusal({ ...request, 'job-config': { compression: true, level: 3 } }, 'request-invalid');
    refusal({ ...request, 'job-id': '../x' }, 'request-invalid');
    refusal(null, 'request-invalid');
    refusal('backup', 'request-invalid');
  });
});

test.each([
  [undefined, false],
  [null, false],
  [{}, false],
  [{ 'storage-config': null }, false],
  [{ 'storage-config': { 'access-key': null } }, false],
  [{ 'storage-config': { 'access-key': 'redacted' } }, false],
  [{ 'storage-config': { 'access-key': '' } }, true],
])('%j carries keys: %p', (input, carries) => {
  expect(carriesKeys(input)).toBe(carries);
});

describe('the compression that a restore asks for', () => {
  const restore = (compression?: boolean) =>
    RestoreRequest.parse({ database: 'shop', ...(compression === undefined ? {} : { 'job-config': { compression } }) });
  const plain = Manifest.parse({
    ...sampleManifest,
    artefacts: sampleManifest.artefacts.map((artefact) => ({ ...artefact, compression: 'none' })),
  });

  test('is what the manifest says where the request says nothing or the same', () => {
    expect(compressionContradiction(restore(), sampleManifest)).toBeUndefined();
    expect(compressionContradiction(restore(true), sampleManifest)).toBeUndefined();
    expect(compressionContradiction(restore(false), plain)).toBeUndefined();
  });

  test('is an error where it contradicts the manifest, and says both sides', () => {
    expect(compressionContradiction(restore(false), sampleManifest)).toMatchObject({
      code: 'request-contradicts',
      exit: 3,
      message: `plan restore of "${sampleManifest['backup-id']}": request says compression: false, its manifest says compressed`,
    });
    expect(compressionContradiction(restore(true), plain)?.message).toContain('its manifest says not compressed');
  });
});
