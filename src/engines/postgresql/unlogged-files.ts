import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { allEnded } from '../../pipeline/all-ended';

const ending = '.holdfast';

/**
 * A recovery empties unlogged tables. Those of a server that was stopped cleanly are whole: their files go aside for the while, under names that the server
 * looks past, and come back.
 */
export async function keepUnlogged<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const files = await unloggedFiles(directory);
  for (const file of files) await rename(file, `${file}${ending}`);
  const result = await work();
  for (const file of files) await rename(`${file}${ending}`, file);
  return result;
}

/** What belongs to relations that have an init fork, but for that fork itself. */
async function unloggedFiles(directory: string): Promise<string[]> {
  const found = await allEnded((await databaseFolders(directory)).map(unloggedIn));
  return found.flat();
}

async function unloggedIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const unlogged = new Set(names.flatMap((name) => /^(\d+)_init$/.exec(name)?.[1] ?? []));
  const own = names.filter((name) => unlogged.has(/^(\d+)(?:_fsm|_vm)?(?:\.\d+)?$/.exec(name)?.[1] ?? ''));
  return own.map((name) => join(folder, name));
}

/** Folders of single databases, in the data directory and in its tablespaces. */
async function databaseFolders(directory: string): Promise<string[]> {
  const tablespaces = await namesIn(join(directory, 'pg_tblspc'));
  const links = tablespaces.map((oid) => join(directory, 'pg_tblspc', oid));
  const versions = await allEnded(
    links.map(async (link) =>
      (await namesIn(link)).filter((name) => /^PG_/.test(name)).map((name) => join(link, name)),
    ),
  );
  const above = [join(directory, 'base'), ...versions.flat()];
  const folders = await allEnded(
    above.map(async (folder) =>
      (await namesIn(folder)).filter((name) => /^\d+$/.test(name)).map((name) => join(folder, name)),
    ),
  );
  return folders.flat();
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
