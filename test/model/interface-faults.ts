/** What the provider's side of the interface demands of one job (A3, A7), written out by hand. */
export function interfaceFaults(result: Record<string, unknown>): string[] {
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
