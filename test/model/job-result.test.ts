import { JobResult } from '../../src/model/interface-job';
import { interfaceFaults } from './interface-faults';

const common = {
  'job-id': 'job-01693ed2-644f-11ed-81ce-0242ac120001',
  'job-config': { compression: true },
  'storage-interface': 's3',
  'storage-config': { bucket: 'backups', path: 'prod', 'access-key': 'redacted', 'secret-key': 'redacted' },
  database: 'shop',
  unit: 'shop/0',
  'started-at': '2026-11-21T04:31:00.000Z',
  'finished-at': '2026-11-21T04:31:02.000Z',
};
const success = {
  ...common,
  'job-type': 'backup',
  status: 'success',
  'artefact-path': 's3://backups/prod/shop/backups/2026-11-21T04:31:00Z/',
  'backup-id': '2026-11-21T04:31:00Z',
};
const failed = {
  ...common,
  'job-type': 'restore',
  status: 'error',
  message: 'find backup "x" of database "shop": not in the repository',
  error: { code: 'backup-unknown', hint: 'see what there is with: holdfast list shop', exit: 3 },
};

describe('a result', () => {
  test.each([
    ['success', success],
    ['error', failed],
  ])('of a job that ended in %s is one of the interface as it stands', (_, result) => {
    expect(interfaceFaults(JobResult.parse(result))).toEqual([]);
  });

  test('with a status of its own is none', () => {
    expect(JobResult.safeParse({ ...success, status: 'waiting' }).success).toBe(false);
  });

  test('that breaks the interface is noticed by this very check', () => {
    expect(interfaceFaults({ ...failed, 'artefact-path': 's3://x/' })).toEqual(['an error has no artefact-path (A7)']);
    expect(interfaceFaults({ ...success, 'artefact-path': undefined })).not.toEqual([]);
    expect(interfaceFaults({ ...success, 'storage-config': {} })).not.toEqual([]);
  });
});
