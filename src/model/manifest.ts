import { z } from 'zod';
import { BackupId, JobId } from './ids';
import { BackupType, Compression, Mode, Transfer } from './job-request';

/** One stored object of a backup, path relative to the backup's own folder. */
export const Artefact = z.object({
  path: z
    .string()
    .regex(/^data(\/[A-Za-z0-9][A-Za-z0-9._@:+-]*)+$/, 'must be a plain path below data/')
    .describe('for instance data/dump.pgdump.zst'),
  bytes: z.int().min(0).describe('before compression'),
  'stored-bytes': z.int().min(0).describe('as stored'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('of the stored bytes'),
  compression: Compression,
  encryption: z.enum(['none']),
  role: z.string().describe('what it is to the engine: dump, globals, base, wal, tablespace:<oid>, …'),
});
export type Artefact = z.infer<typeof Artefact>;

/** One table (or whatever the engine counts) as it stood in the backup. */
export const TableFact = z.object({
  name: z.string().describe('schema-qualified and quoted as the engine quotes it'),
  rows: z.number(),
  exact: z.boolean().describe('false: an estimate of the server'),
});
export type TableFact = z.infer<typeof TableFact>;

/** Something that belongs to the database and is not in its backup. */
export const MissingPart = z.object({
  what: z.string().max(1_000).describe('for instance: subscription "orders"'),
  reason: z.string().max(1_000),
  remedy: z.string().max(1_000).optional().describe('how the next backup gets it'),
});
export type MissingPart = z.infer<typeof MissingPart>;

/** What a restore is compared with. Engines may add keys. */
export const Facts = z.looseObject({
  databases: z.array(z.string()).optional(),
  tables: z.array(TableFact).optional(),
  'data-bytes': z.number().optional().describe('size of the data in the server'),
});
export type Facts = z.infer<typeof Facts>;

/** `manifest.json`: everything that is needed to restore a backup and to judge it. Kebab-case, since people and other tools read it. */
export const Manifest = z.looseObject({
  'format-version': z.literal(1),
  'backup-id': BackupId,
  'job-id': JobId,
  type: BackupType,
  'reference-backup-id': BackupId.nullable(),
  database: z.string(),
  unit: z.string(),
  engine: z.string(),
  'server-version': z.string(),
  'tool-versions': z.record(z.string(), z.string()),
  'system-identifier': z.string(),
  method: z.string(),
  mode: Mode,
  transfer: Transfer,
  'started-at': z.string(),
  'finished-at': z.string(),
  'downtime-ms': z.number(),
  timeline: z.number().nullable(),
  'lsn-start': z.string().nullable(),
  'lsn-stop': z.string().nullable(),
  artefacts: z.array(Artefact),
  facts: Facts,
  warnings: z
    .array(z.string())
    .optional()
    .describe('what a restore of this backup will have trouble with, as far as it is known'),
  missing: z.array(MissingPart).optional().describe('what the preflight found that this backup cannot hold'),
  origin: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  annotations: z.record(z.string(), z.string()),
  'holdfast-version': z.string(),
});
export type Manifest = z.infer<typeof Manifest>;

/** `repository.json`: whose repository this is (C15). */
export const RepositoryClaim = z.looseObject({
  'format-version': z.literal(1),
  database: z.string(),
  engine: z.string(),
  'system-identifier': z.string(),
  'claimed-at': z.string(),
});
export type RepositoryClaim = z.infer<typeof RepositoryClaim>;
