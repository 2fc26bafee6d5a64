import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../pipeline/find-program';
import { systemUser } from '../pipeline/system-user';

/** The pg_ctl of the version that the data directory was made with. Throws `tool-missing`. */
export async function findPgCtl(dataDirectory: string, binDirectory: string | undefined): Promise<string> {
  if (binDirectory !== undefined) return findProgram('pg_ctl', binDirectory);
  const version = (await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  const packaged = version === '' ? [] : [`/usr/lib/postgresql/${version}/bin`, `/usr/pgsql-${version}/bin`];
  return findProgram('pg_ctl', [...packaged, ...(process.env['PATH'] ?? '').split(':')].join(':'));
}

/** Whom the server must run as; undefined where that is not for us to choose. */
export async function dataDirectoryOwner(dataDirectory: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const found = await stat(dataDirectory).catch((error: Error) => {
    throw new Error(`data directory "${dataDirectory}" cannot be looked at: ${error.message}`);
  });
  return systemUser(found.uid).name;
}
