import { z } from 'zod';
import { failure, type HoldfastError } from './errors';
import { JobId } from './ids';
import { JobConfig, withArtefactPath } from './interface-job';
import type { BackupRequest, RestoreRequest } from './job-request';
import type { Manifest } from './manifest';
import { S3Config } from './s3-config';

/** What stands in place of a key wherever a storage is shown; a result may come back as a request. */
const redacted = 'redacted';

const key = z.string().trim().optional();

/** A storage of the `s3` interface without its keys: those stay in the configuration. */
export const S3Place = S3Config.extend({ 'access-key': key, 'secret-key': key });
export type S3Place = z.infer<typeof S3Place>;

/** A request of the `database_backup` interface (A1), save that its keys may be absent or redacted. */
const PublicRequest = withArtefactPath(
  z.looseObject({
    'job-id': JobId,
    'job-type': z.enum(['backup', 'restore']),
    'job-config': JobConfig,
    'storage-interface': z.literal('s3'),
    'storage-config': S3Place,
    'artefact-path': z.string().optional(),
  }),
);

/** What a request of the interface needs besides itself: it belongs to one database, and its storage is one of the configuration. */
export interface RequestContext {
  readonly database: string;
  /** The configured storage at that place. */
  readonly storageAt: (place: S3Place) => string | undefined;
}

export type PublicJob =
  | { readonly jobType: 'backup'; readonly request: BackupRequest }
  | { readonly jobType: 'restore'; readonly request: RestoreRequest };

/**
 * A request of the `database_backup` interface as the input of our workflows. Throws `secret-in-request` where it carries keys, before
 * anything of it can reach a history; `request-invalid`; or `storage-unknown` where no configured storage is at its place.
 */
export function fromInterfaceRequest(input: unknown, context: RequestContext): PublicJob {
  if (carriesKeys(input)) throw failure('secret-in-request');
  const parsed = PublicRequest.safeParse(input);
  if (!parsed.success) throw invalid(parsed.error);
  const { 'job-id': jobId, 'job-type': jobType, 'job-config': jobConfig } = parsed.data;
  const storage = storageOf(parsed.data['storage-config'], context);
  const common = { 'job-id': jobId, database: context.database, storage, 'job-config': jobConfig };
  if (jobType === 'backup') {
    const compression = jobConfig.compression ? 'zstd' : 'none';
    return { jobType, request: { ...common, 'job-type': jobType, compression } };
  }
  const artefactPath = parsed.data['artefact-path'];
  // A restore takes its compression from the manifest; `job-config` stays, to be held against it.
  return {
    jobType,
    request: {
      ...common,
      'job-type': jobType,
      ...(artefactPath === undefined ? { 'backup-id': 'latest' } : { 'artefact-path': artefactPath }),
    },
  };
}

/** Whether a request carries storage keys in the clear, in whatever shape it came. */
export function carriesKeys(request: unknown): boolean {
  const config = (request as { 'storage-config'?: unknown } | null | undefined)?.['storage-config'];
  if (typeof config !== 'object' || config === null) return false;
  return ['access-key', 'secret-key'].some((name) => {
    const value = (config as Record<string, unknown>)[name];
    return value !== undefined && value !== null && value !== redacted;
  });
}

/** What a restore asks for and its manifest denies, as `request-contradicts`; undefined where they agree or the request says nothing. */
export function compressionContradiction(request: RestoreRequest, manifest: Manifest): HoldfastError | undefined {
  const asked = request['job-config']?.compression;
  const found = manifest.artefacts.some(({ compression }) => compression !== 'none');
  if (asked === undefined || asked === found) return undefined;
  return failure('request-contradicts', {
    backup: manifest['backup-id'],
    database: manifest.database,
    asked: `compression: ${asked}`,
    found: found ? 'compressed' : 'not compressed',
  });
}

function storageOf(place: S3Place, { storageAt }: RequestContext): string {
  const storage = storageAt(place);
  if (storage !== undefined) return storage;
  const where = `s3://${place.bucket}/${place.path ? `${place.path}/` : ''}`;
  throw failure('storage-unknown', { storage: where, known: 'none at that place' });
}

function invalid(error: z.ZodError): HoldfastError {
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`).join('; ');
  return failure('request-invalid', { problems, command: 'backup' }, undefined);
}
