import { BackupId } from '../model/ids';
import type { RestoreRequest } from '../model/job-request';
import { repositoryKeys } from '../storage/layout';
import type { Storage } from '../storage/storage';
import { invalidRequest } from './read-request';

/** The backup that a restore asks for: by id, `latest`, or its place on the store. Throws `request-invalid`. */
export function whichBackup(request: RestoreRequest, storage: Storage): BackupId | 'latest' {
  const { 'backup-id': byId, 'artefact-path': path } = request;
  const byPath = path === undefined ? undefined : idAt(path, request.database, storage);
  if (byId !== undefined && byPath !== undefined && byId !== byPath) {
    throw invalidRequest('restore', [`backup-id: "${byId}" is not the backup at artefact-path "${path}"`]);
  }
  const which = byPath ?? byId;
  if (which === undefined) throw invalidRequest('restore', ['backup-id: give an id, "latest", or an artefact-path']);
  return which;
}

/** The path may be given whole, or from any folder on below the storage's place, with or without slashes around it. */
function idAt(path: string, database: string, { place, name }: Storage): BackupId {
  const given = path.replace(/^\/+|\/+$/g, '');
  const id = BackupId.safeParse(given.split('/').at(-1));
  if (id.success) {
    const whole = `${place}${repositoryKeys(database).backup(id.data).folder}`.replace(/^\/+|\/+$/g, '');
    if (whole === given || (whole.endsWith(`/${given}`) && given.includes('/'))) return id.data;
  }
  throw invalidRequest('restore', [
    `artefact-path: "${path}" is no backup of "${database}" in storage "${name}" (${place})`,
  ]);
}
