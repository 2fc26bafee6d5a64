import { InterfaceRequest, InterfaceRequests } from '../../src/model/interface-job';
import { RestoreRequest } from '../../src/model/job-request';

const request = {
  'job-id': 'job-01693ed2-644f-11ed-81ce-0242ac120001',
  'job-type': 'backup',
  'job-config': { compression: true },
  'storage-interface': 's3',
  'storage-config': { bucket: 'my-bucket', 'access-key': 'access-key', 'secret-key': 'secret-key' },
};
const without = (key: string) => Object.fromEntries(Object.entries(request).filter(([name]) => name !== key));
const accepts = (input: unknown) => InterfaceRequest.safeParse(input).success;

describe('a request of the database_backup interface', () => {
  test('needs five keys, and artefact-path may be absent (A1)', () => {
    expect(accepts(request)).toBe(true);
    expect(accepts({ ...request, 'job-type': 'restore', 'artefact-path': '/path/to/retrieve/backups/' })).toBe(true);
    for (const key of Object.keys(request)) expect([key, accepts(without(key))]).toEqual([key, false]);
  });

  test('is a backup or a restore, on s3 (A1)', () => {
    expect(accepts({ ...request, 'job-type': 'verify' })).toBe(false);
    expect(accepts({ ...request, 'storage-interface': 'gcs' })).toBe(false);
  });

  test('has a job-config of exactly one key; elsewhere unknown keys are tolerated (A2)', () => {
    expect(accepts({ ...request, 'job-config': {} })).toBe(false);
    expect(accepts({ ...request, 'job-config': { compression: 'yes' } })).toBe(false);
    expect(accepts({ ...request, 'job-config': { compression: true, level: 9 } })).toBe(false);
    expect(InterfaceRequest.parse({ ...request, 'trace-id': 'x' })).toMatchObject({ 'trace-id': 'x' });
    expect(InterfaceRequests.parse({ jobs: [request], 'relation-id': 4 })).toMatchObject({ 'relation-id': 4 });
  });

  test('keeps its job-id unchanged (A3)', () => {
    expect(InterfaceRequest.parse(request)['job-id']).toBe(request['job-id']);
  });
});

describe('the older spelling artifact-path (A9)', () => {
  const restore = { ...request, 'job-type': 'restore' };

  test('is taken, and becomes artefact-path', () => {
    const parsed = InterfaceRequest.parse({ ...restore, 'artifact-path': '/a/' });
    expect(parsed['artefact-path']).toBe('/a/');
    expect(parsed).not.toHaveProperty('artifact-path');
    expect(RestoreRequest.parse({ database: 'shop', 'artifact-path': '/a/' })['artefact-path']).toBe('/a/');
  });

  test('beside the newer one must agree with it', () => {
    expect(accepts({ ...restore, 'artifact-path': '/a/', 'artefact-path': '/a/' })).toBe(true);
    const { error } = InterfaceRequest.safeParse({ ...restore, 'artifact-path': '/a/', 'artefact-path': '/b/' });
    expect(error?.issues[0]).toMatchObject({
      path: ['artefact-path'],
      message: '"/b/" and artifact-path "/a/" differ: give one',
    });
  });
});
