import { isAbsolute, normalize } from 'node:path';
import { z } from 'zod';
import { failure } from '../../model/errors';
import { Facts, type Manifest } from '../../model/manifest';
import { mayLeadOut } from './server-files';

/** A sequence's last value, null where it never gave one. It may run on during a dump: what is dumped lies between the two. */
const SequenceFact = z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() });
export type SequenceFact = z.infer<typeof SequenceFact>;

/** A directory outside of the data directory that a symbolic link in it leads to. */
export const LinkedDirectory = z
  .object({
    role: z.string().describe('of its artefact: tablespace:<oid>, or wal'),
    link: z.string().describe('path in the data directory'),
    target: z.string().refine(isPlainPath, 'must be an absolute path without detours').describe('where the link led'),
  })
  .refine(isKnownLink, 'must be the link of its role: pg_tblspc/<oid>, or pg_wal');
export type LinkedDirectory = z.infer<typeof LinkedDirectory>;

/** A symbolic link to what somebody keeps elsewhere: configuration, certificates, the server's messages. */
export const LinkedFile = z.object({
  path: z
    .string()
    .refine(mayLeadOut, 'must be a path beside the files of the server')
    .describe('in the data directory'),
  target: z.string().refine(isPlainPath, 'must be an absolute path without detours').describe('where the link led'),
  held: z.boolean().describe('whether what it led to is in the artefact "configuration"'),
});
export type LinkedFile = z.infer<typeof LinkedFile>;

/** Regular files of one artefact. */
const FilesFact = z.object({ role: z.string(), files: z.number(), bytes: z.number() });
export type FilesFact = z.infer<typeof FilesFact>;

/** What this engine adds to the facts; older or newer backups may lack any of it. */
export const PostgresqlFacts = Facts.extend({
  sequences: z.array(SequenceFact).optional(),
  objects: z.record(z.string(), z.number()).optional().describe('how many there are of each kind'),
  contents: z
    .record(z.string(), z.number())
    .optional()
    .describe("the dump's entries by kind, by its own table of contents"),
  extensions: z.array(z.string()).optional(),
  'bound-by': z
    .array(z.string())
    .optional()
    .describe('settings of the server by which one of its extensions knows the database by name'),
  owners: z.array(z.string()).optional().describe('roles that own something in the database'),
  tablespaces: z.array(z.string()).optional().describe('names of the tablespaces that the database uses'),
  'linked-directories': z.array(LinkedDirectory).optional(),
  'linked-files': z.array(LinkedFile).optional(),
  'tablespace-folder': z
    .string()
    .regex(/^PG_\d+_\d+$/)
    .optional()
    .describe('what the server calls its own folder in a tablespace'),
  files: z.array(FilesFact).optional(),
});
export type PostgresqlFacts = z.infer<typeof PostgresqlFacts>;

/** Throws `manifest-unreadable` where they are none that a backup of this engine has. */
export function factsOf(manifest: Manifest): PostgresqlFacts {
  const parsed = PostgresqlFacts.safeParse(manifest.facts);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  const reason = `facts.${first?.path.join('.')}: ${first?.message}`;
  throw failure('manifest-unreadable', { backup: manifest['backup-id'], database: manifest.database, reason });
}

/** Paths are made of these when a backup is put back, so that they must be no others. */
function isKnownLink({ role, link }: { readonly role: string; readonly link: string }): boolean {
  const oid = /^tablespace:([1-9]\d{0,9})$/.exec(role)?.[1];
  return oid === undefined ? role === 'wal' && link === 'pg_wal' : link === `pg_tblspc/${oid}`;
}

function isPlainPath(path: string): boolean {
  return isAbsolute(path) && path.length > 1 && normalize(path) === path && !path.endsWith('/') && !path.includes('\0');
}

/** Major version of the server that a backup was made of. */
export function majorOf(manifest: Manifest): number {
  return Number.parseInt(manifest['server-version'], 10);
}

/** Major version of the pg_dump that wrote a backup. */
export function dumpMajorOf(manifest: Manifest): number {
  const written = Number.parseInt(manifest['tool-versions']['pg_dump'] ?? '', 10);
  return Number.isNaN(written) ? majorOf(manifest) : written;
}
