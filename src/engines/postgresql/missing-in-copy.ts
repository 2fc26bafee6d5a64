import { relative } from 'node:path';
import type { MissingPart } from '../../model/manifest';
import { exists } from './data-directory';
import type { DirectorySight } from './directory-sight';
import { contentsOf } from './keep-configuration';
import type { Session } from './session';

type Sight = DirectorySight & { readonly directory: string };

/** What a copy of the files leaves out of which the server, if it runs, or the directory tells. */
export async function missingInCopy(sight: Sight | undefined, session?: Session): Promise<MissingPart[]> {
  return [
    ...(sight === undefined ? [] : await lostBehindLinks(sight)),
    ...(session === undefined ? [] : await configurationElsewhere(session)),
  ];
}

/** A folder without configuration, such as that of the server's messages, is nobody's loss. */
async function lostBehindLinks({ directory, links }: Sight): Promise<MissingPart[]> {
  const lost: MissingPart[] = [];
  for (const { path, target } of links) {
    if ((await contentsOf(directory, path)).length > 0) continue;
    const there = await exists(target);
    if (there && !path.includes('.')) continue;
    const reason = there ? 'it is too large to be configuration' : 'it is not there';
    lost.push({
      what: `what "${path}" leads to (${target})`,
      reason,
      remedy: 'move it into the data directory, or remove the link',
    });
  }
  return lost;
}

/** Named by its path, and not by a link in the data directory. Only those who may know where the server's files are are told. */
async function configurationElsewhere(session: Session): Promise<MissingPart[]> {
  const [row] = await session.query<{ directory: string | null; files: string[] }>(
    `SELECT (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS directory,
       coalesce((SELECT array_agg(setting ORDER BY setting) FROM pg_settings WHERE name IN ('config_file', 'hba_file', 'ident_file')), '{}') AS files`,
  );
  const included = await session
    .query<{ file: string }>(
      'SELECT DISTINCT sourcefile AS file FROM pg_file_settings WHERE sourcefile IS NOT NULL ORDER BY 1',
    )
    .catch(() => []);
  const directory = row?.directory;
  if (directory == null) return [];
  const files = new Set([...(row?.files ?? []), ...included.map(({ file }) => file)]);
  return [...files]
    .filter((file) => relative(directory, file).startsWith('..'))
    .map((file) => ({
      what: `configuration file ${file}`,
      reason: 'it is outside of the data directory',
      remedy: 'back up that file by other means, or keep it in the data directory',
    }));
}

/** Base backups have unlogged tables without their rows; those of other databases are known by their files alone. */
export async function unloggedRows(session: Session, sight: Sight | undefined): Promise<MissingPart[]> {
  const reason = 'a base backup has unlogged tables, and not what is in them';
  const remedy = 'back up with method logical or cold, or make them logged';
  const tables = await session.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relpersistence = 'u' AND c.relkind = 'r' ORDER BY 1`,
  );
  const databases = await session.query<{ name: string }>(
    `SELECT quote_ident(datname) AS name FROM pg_database WHERE oid::text = ANY ($1) AND datname <> current_database() ORDER BY 1`,
    [[...(sight?.unlogged ?? [])]],
  );
  return [
    ...tables.map(({ name }) => ({ what: `the rows of unlogged table ${name}`, reason, remedy })),
    ...databases.map(({ name }) => ({ what: `the rows of unlogged tables in database ${name}`, reason, remedy })),
  ];
}
