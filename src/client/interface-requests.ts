import { matchStorage } from '../config/match-storage';
import type { Config } from '../config/schema';
import { failure } from '../model/errors';
import { fromInterfaceRequest, type PublicJob } from '../model/public-request';

/** One job of a request, and the storage as the request describes it: without keys in the clear. */
export type RequestedJob = PublicJob & { readonly storageConfig: unknown };

/**
 * The jobs of a request of the `database_backup` interface: one job, or `jobs` with several. All are read before any can be started. Throws
 * `request-invalid`, `secret-in-request`, or `storage-unknown` where no configured storage is at the place that the request describes.
 */
export function readInterfaceRequest(text: string, config: Config, database: string): readonly RequestedJob[] {
  const asked = jobsOf(parsed(text));
  const storageAt = (place: Parameters<typeof matchStorage>[1]) => matchStorage(config, place);
  const jobs = asked.map(
    (one): RequestedJob => ({
      ...fromInterfaceRequest(one, { database, storageAt }),
      storageConfig: (one as { 'storage-config': unknown })['storage-config'],
    }),
  );
  const ids = jobs.map(({ request }) => request['job-id']);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) throw invalid(`two jobs have the job-id "${twice}"`);
  return jobs;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
}

function jobsOf(value: unknown): readonly unknown[] {
  const jobs = typeof value === 'object' && value !== null && 'jobs' in value ? value.jobs : [value];
  if (!Array.isArray(jobs) || jobs.length === 0) throw invalid('jobs: must be a list of at least one job');
  return jobs;
}

function invalid(problems: string, cause?: unknown): Error {
  return failure('request-invalid', { problems, command: 'request' }, cause);
}
