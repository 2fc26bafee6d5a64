import { z } from 'zod';
import { JobStatus } from './job-state';
import { LeftOut } from './left-out';
import { S3Config } from './s3-config';

/** `job-config` of the `database_backup` interface: exactly this one key (A2). */
export const JobConfig = z.strictObject({ compression: z.boolean().describe('whether the backups are compressed') });
export type JobConfig = z.infer<typeof JobConfig>;

/** Accepts the older spelling `artifact-path`; both with different values is an error (A9). */
export const withArtefactPath = <T extends z.ZodType>(schema: T) => z.preprocess(foldArtifactPath, schema);

function foldArtifactPath(value: unknown, context: z.RefinementCtx): unknown {
  if (typeof value !== 'object' || value === null || !('artifact-path' in value)) return value;
  const { 'artifact-path': older, ...rest } = value as Record<string, unknown>;
  const newer = rest['artefact-path'];
  if (newer !== undefined && newer !== older) {
    context.addIssue({
      code: 'custom',
      path: ['artefact-path'],
      message: `"${String(newer)}" and artifact-path "${String(older)}" differ: give one`,
    });
  }
  return { ...rest, 'artefact-path': newer ?? older };
}

/** One request of a requirer's databag (A1). Unknown keys are tolerated here, not in `job-config` (A2). */
export const InterfaceRequest = withArtefactPath(
  z.looseObject({
    'job-id': z.string(),
    'job-type': z.enum(['backup', 'restore']),
    'job-config': JobConfig,
    'storage-interface': z.literal('s3'),
    'storage-config': S3Config,
    'artefact-path': z.string().optional(),
  }),
);
export type InterfaceRequest = z.infer<typeof InterfaceRequest>;

/** The requirer's whole databag. */
export const InterfaceRequests = z.looseObject({ jobs: z.array(InterfaceRequest) });

/**
 * A job's result in the words of the interface (A3), and the result of the workflows. Ours adds keys, which the interface tolerates.
 * An error has a message and no artefact-path (A7). `storage-config` never carries keys: they read `redacted`.
 */
export const JobResult = z.looseObject({
  'job-id': z.string(),
  'job-type': z.enum(['backup', 'restore', 'verify']),
  status: JobStatus,
  'storage-interface': z.string().describe('s3, or directory'),
  'storage-config': z.record(z.string(), z.unknown()),
  'job-config': JobConfig.optional(),
  message: z.string().optional(),
  'artefact-path': z.string().optional(),
  database: z.string(),
  unit: z.string().optional().describe('the unit that did the job (A6)'),
  'backup-id': z.string().optional(),
  method: z.string().optional(),
  mode: z.string().optional(),
  origin: z.string().optional().describe('manual, or schedule:<name>'),
  'started-at': z.string(),
  'finished-at': z.string(),
  'downtime-ms': z.number().optional(),
  bytes: z.number().optional().describe('before compression'),
  'stored-bytes': z.number().optional().describe('as stored'),
  error: z.object({ code: z.string(), hint: z.string(), exit: z.number() }).optional(),
  previous: z.string().optional().describe('where the data set aside by a restore is kept'),
  'restored-to': z.string().optional().describe('name of the database or directory that holds the restored data'),
  timeline: z.number().optional().describe('that a restored cluster goes on with'),
  'left-out': z
    .array(LeftOut)
    .optional()
    .describe('what a partial restore did not bring back; the first fifty, the log has all'),
  warnings: z.array(z.string()).optional(),
});
export type JobResult = z.infer<typeof JobResult>;
