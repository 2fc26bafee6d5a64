import { JobResult } from '../../src/model/interface-job';

/** What the provider's side of the interface demands of one job (A3, A7), written out by hand. */
function interfaceFaults(result: Record<string, unknown>): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, fault: string) => holds || faults.push(fault);
  const isText = (key: string) => typeof result[key] === 'string';
  must(isText('job-id'), 'job-id is a string');
  must(['backup', 'restore'].includes(String(result['job-type'])), 'job-type is backup or restore');
  must(['running', 'success', 'error'].includes(String(result['status'])), 'status is one of three');
  must(result['storage-interface'] === 's3', 'storage-interface is s3');
  const config = result['storage-config'] as Record<string, unknown> | undefined;
  const keys = ['bucket', 'access-key', 'secret-key'];
  must(
    keys.every((key) => typeof config?.[key] === 'string'),
    'storage-config is that of the s3 interface',
  );
  const jobConfig = result['job-config'] as object | undefined;
  must(
    jobConfig === undefined || JSON.stringify(Object.keys(jobConfig)) === '["compression"]',
    'job-config has one key',
  );
  must(!('message' in result) || isText('message'), 'message is a string');
  must(!('artefact-path' in result) || isText('artefact-path'), 'artefact-path is a string');
  must(!('artifact-path' in result), 'the older spelling is not sent (A9)');
  const failed = result['status'] === 'error';
  must(!failed || isText('message'), 'an error has a message (A7)');
  must(!failed || !('artefact-path' in result), 'an error has no artefact-path (A7)');
  must(failed || result['status'] === 'running' || isText('artefact-path'), 'a success has an artefact-path');
  return faults;
}

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
