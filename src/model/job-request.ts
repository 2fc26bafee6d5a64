import { z } from 'zod';
import { BackupId, JobId, Name } from './ids';
import { JobConfig, withArtefactPath } from './interface-job';

export const Method = z
  .string()
  .regex(/^[a-z][a-z-]*$/)
  .describe('how the engine copies the data: logical, physical, cold');
export const Mode = z.enum(['online', 'fenced', 'offline']);
export type Mode = z.infer<typeof Mode>;
export const BackupType = z.enum(['full', 'differential', 'incremental']);
export type BackupType = z.infer<typeof BackupType>;
export const Compression = z.enum(['zstd', 'none']);
export type Compression = z.infer<typeof Compression>;
export const Transfer = z.enum(['staged', 'streamed']);
export type Transfer = z.infer<typeof Transfer>;

/** What a restore does about a part of the backup that does not load. */
export const OnError = z.enum(['stop', 'continue']);
export type OnError = z.infer<typeof OnError>;

/** `manual`, or `schedule:<name>`: who asked for the job (D7). */
export const Origin = z.string().regex(/^(manual|schedule:.+)$/);

const common = {
  'job-id': JobId.optional().describe('must equal the workflow id where given'),
  database: Name,
  storage: Name.optional().describe("a storage of the configuration; the database's own if absent"),
  'job-config': JobConfig.optional(),
  'wait-seconds': z
    .number()
    .int()
    .min(0)
    .max(315_360_000, 'must be at most 315360000, which are ten years')
    .optional()
    .describe("how long to wait for the lock; 0 fails at once; the configuration's lock-wait if absent"),
  origin: Origin.optional(),
  name: z.string().max(200).optional(),
  description: z.string().max(2000).optional(),
};

/** Input of the workflow `backup`. Only `database` is needed; everything else has its default in the configuration. */
export const BackupRequest = z.looseObject({
  ...common,
  'job-type': z.literal('backup').optional(),
  unit: z.string().optional(),
  method: Method.optional(),
  mode: Mode.optional(),
  type: BackupType.optional(),
  transfer: Transfer.optional(),
  compression: Compression.optional(),
  jobs: z.number().int().min(1).max(64).optional(),
  'require-complete': z.boolean().optional().describe('refuse a backup that would lack anything'),
  annotations: z.record(z.string(), z.string()).optional(),
});
export type BackupRequest = z.infer<typeof BackupRequest>;

/** Input of the workflows `restore` and `restorePlan`. */
export const RestoreRequest = withArtefactPath(
  z.looseObject({
    ...common,
    'job-type': z.literal('restore').optional(),
    unit: z.string().optional(),
    'backup-id': z.union([BackupId, z.literal('latest')]).optional(),
    'artefact-path': z.string().optional().describe('names the backup by its place on the store instead of its id'),
    into: z
      .string()
      .min(1)
      .max(4_000)
      .regex(/^[^\0]*$/, 'must not hold a zero byte')
      .optional()
      .describe(
        'restore beside the live database under this name (a database name of at most 63 bytes; for physical methods a directory)',
      ),
    replace: z
      .boolean()
      .optional()
      .describe(
        'drop the old data as soon as the new is in service, healthy and equal to the backup, instead of keeping it',
      ),
    jobs: z.number().int().min(1).max(64).optional(),
    'aside-first': z
      .boolean()
      .optional()
      .describe(
        'set the old database aside before the new one is loaded, under its name: out of service meanwhile; chosen by what the backup needs if absent',
      ),
    'accept-differences': z
      .boolean()
      .optional()
      .describe(
        'go on with data that differs from what the backup says of itself: differences are listed, the old data is kept',
      ),
    'skip-unreadable': z
      .boolean()
      .optional()
      .describe('with latest: pass over sealed backups that cannot be read, and say which; refused if absent'),
    'on-error': OnError.optional().describe('continue: load all that loads, and tell what does not; stop if absent'),
  }),
);
export type RestoreRequest = z.infer<typeof RestoreRequest>;

/** Input of the workflow `verify`. */
export const VerifyRequest = z.looseObject({
  ...common,
  'job-type': z.literal('verify').optional(),
  'backup-id': z.union([BackupId, z.literal('latest')]).optional(),
  'skip-unreadable': z
    .boolean()
    .optional()
    .describe('with latest: pass over sealed backups that cannot be read, and say which; refused if absent'),
  load: z
    .boolean()
    .optional()
    .describe('load it too, into a database beside that is thrown away, and compare: logical backups only'),
});
export type VerifyRequest = z.infer<typeof VerifyRequest>;
