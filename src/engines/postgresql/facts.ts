import { z } from 'zod';
import { Facts, type Manifest } from '../../model/manifest';

/** A sequence's last value, null where it never gave one. It may run on during a dump: what is dumped lies between the two. */
const SequenceFact = z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() });
export type SequenceFact = z.infer<typeof SequenceFact>;

/** A directory outside of the data directory that a symbolic link in it leads to. */
export const LinkedDirectory = z.object({
  role: z.string().describe('of its artefact: tablespace:<oid>, or wal'),
  link: z.string().describe('path in the data directory'),
  target: z.string().describe('where the link led'),
});
export type LinkedDirectory = z.infer<typeof LinkedDirectory>;

/** Regular files of one artefact. */
const FilesFact = z.object({ role: z.string(), files: z.number(), bytes: z.number() });
export type FilesFact = z.infer<typeof FilesFact>;

/** What this engine adds to the facts; older or newer backups may lack any of it. */
export const PostgresqlFacts = Facts.extend({
  sequences: z.array(SequenceFact).optional(),
  objects: z.record(z.string(), z.number()).optional().describe('how many there are of each kind'),
  extensions: z.array(z.string()).optional(),
  tablespaces: z.array(z.string()).optional().describe('names of the tablespaces that the database uses'),
  'linked-directories': z.array(LinkedDirectory).optional(),
  'tablespace-folder': z.string().optional().describe('what the server calls its own folder in a tablespace'),
  files: z.array(FilesFact).optional(),
});
export type PostgresqlFacts = z.infer<typeof PostgresqlFacts>;

export function factsOf(manifest: Manifest): PostgresqlFacts {
  return PostgresqlFacts.parse(manifest.facts);
}

/** Major version of the server that a backup was made of. */
export function majorOf(manifest: Manifest): number {
  return Number.parseInt(manifest['server-version'], 10);
}
