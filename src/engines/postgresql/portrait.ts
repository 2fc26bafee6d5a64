import { z } from 'zod';
import { failure } from '../../model/errors';
import type { Manifest } from '../../model/manifest';
import { readJson } from '../../model/read-json';
import type { ArtefactSource } from '../engine';

/** A word of SQL, which goes into a statement as it is. */
const Word = z.string().regex(/^[A-Z]+( [A-Z]+)*$/, 'must be a word of SQL');

const Grant = z.object({
  grantor: z.string(),
  grantee: z.string().nullable().describe('null: everybody'),
  privilege: Word,
  grantable: z.boolean(),
});
export type Grant = z.infer<typeof Grant>;

/** Since PostgreSQL 15: who may set a parameter, or change it for the whole server. */
const ParameterGrant = Grant.extend({ parameter: z.string() });
export type ParameterGrant = z.infer<typeof ParameterGrant>;

/** A setting that is kept for a database, for a role, or for a role in a database. */
const KeptSetting = z.object({ name: z.string(), value: z.string() });
export type KeptSetting = z.infer<typeof KeptSetting>;

const Role = z.object({
  name: z.string(),
  attributes: z.record(Word, z.boolean()).describe('such as LOGIN: true'),
  'connection-limit': z.int().min(-1),
  'valid-until': z.string().nullable(),
  password: z.string().nullable().describe('as the server keeps it: a verifier, never the password itself'),
  comment: z.string().nullable(),
  settings: z.array(KeptSetting),
});
export type Role = z.infer<typeof Role>;

const Membership = z.object({
  role: z.string(),
  member: z.string(),
  grantor: z.string().nullable(),
  options: z.record(Word, z.boolean()).describe('ADMIN, and INHERIT and SET since PostgreSQL 16'),
});
export type Membership = z.infer<typeof Membership>;

/** What a database is besides its contents. */
export const DatabaseProperties = z.object({
  name: z.string(),
  owner: z.string(),
  encoding: z.string(),
  'locale-provider': z.enum(['libc', 'icu', 'builtin']),
  collate: z.string(),
  ctype: z.string(),
  locale: z.string().nullable().describe('of the providers icu and builtin'),
  'icu-rules': z.string().nullable(),
  tablespace: z.string(),
  template: z.boolean(),
  'allow-connections': z.boolean(),
  'connection-limit': z.int().min(-1),
  comment: z.string().nullable(),
  grants: z.array(Grant).nullable().describe('null: never changed'),
  settings: z.array(KeptSetting),
  'role-settings': z.array(KeptSetting.extend({ role: z.string() })),
  'in-effect': z.array(KeptSetting).optional().describe('what its data were made with, wherever it was set'),
  'security-labels': z.array(z.object({ provider: z.string(), label: z.string() })),
});
export type DatabaseProperties = z.infer<typeof DatabaseProperties>;

/**
 * `data/database.json`: what a restore needs besides the dump. A dump in custom format holds the database's own properties only under its old name, and
 * roles not at all.
 */
export const Portrait = z.object({
  'format-version': z.literal(1),
  database: DatabaseProperties,
  roles: z.array(Role),
  memberships: z.array(Membership),
  parameters: z.array(ParameterGrant).optional().describe('absent in backups of older versions'),
});
export type Portrait = z.infer<typeof Portrait>;

export async function readPortrait(manifest: Manifest, source: ArtefactSource): Promise<Portrait> {
  const artefact = manifest.artefacts.find(({ role }) => role === 'portrait');
  const backup = manifest['backup-id'];
  if (artefact === undefined) throw failure('manifest-unreadable', { backup, reason: 'it names no portrait' });
  const text = await source.text(artefact);
  try {
    return parsedPortrait(text);
  } catch (error) {
    throw failure('backup-corrupt', { backup, artefact: artefact.path, reason: (error as Error).message }, error);
  }
}

function parsedPortrait(text: string): Portrait {
  const parsed = Portrait.safeParse(readJson(text));
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new Error(`${first?.path.join('.') || 'it'}: ${first?.message}`);
}
