/**
 * What a copy of a data directory must not have, as the server's own base backups leave it out: traces of the running server, what is made anew at every
 * start, and replication slots, which would hold back the log of a restored server for consumers that are elsewhere.
 */
const emptied = ['pg_dynshmem', 'pg_notify', 'pg_replslot', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'];
const leftOut = ['postmaster.pid', 'postmaster.opts', 'postgresql.auto.conf.tmp', 'current_logfiles.tmp'];
const temporary = /(^|\/)(pgsql_tmp[^/]*|pg_internal\.init[^/]*)$/;

/** Whether a path relative to the data directory stays out of its archive. Tablespaces and a log elsewhere have archives of their own. */
export function isLeftOut(path: string): boolean {
  const [top, ...below] = path.split('/');
  if (leftOut.includes(path) || temporary.test(path)) return true;
  return below.length > 0 && top !== undefined && emptied.includes(top);
}

/** Folders that every server has, and finds empty when it starts. */
export const emptyFolders: readonly string[] = emptied;

/** The same for tar. `links` are paths in the data directory that lead out of it. */
export function leavingOut(links: readonly string[]): string[] {
  return [
    '--anchored',
    ...[...leftOut, ...links.map(literally), ...emptied.map((folder) => `${folder}/*`)].map(
      (path) => `--exclude=./${path}`,
    ),
    '--no-anchored',
    '--exclude=pgsql_tmp*',
    '--exclude=pg_internal.init*',
  ];
}

/** As a pattern of tar that only this name fits. */
export function literally(path: string): string {
  return path.replaceAll(/[*?[\]\\]/g, (character) => `\\${character}`);
}
