/** What the server makes itself in its data directory, and reads again: none of it is ever a link, but those below. */
const servers =
  /^(base|global|pg_(?:commit_ts|dynshmem|logical|multixact|notify|replslot|serial|snapshots|stat|stat_tmp|subtrans|tblspc|twophase|wal|xact)|PG_VERSION|backup_label.*|backup_manifest|tablespace_map.*|postmaster\..*|.*\.signal)$/;

/** A file or folder that somebody keeps elsewhere beside what is the server's: configuration, certificates, its messages. */
export function mayBeLinked(name: string): boolean {
  return !name.includes('/') && !servers.test(name);
}

/** The same for a path in the data directory: in a folder that is somebody's own there may be links too. */
export function mayLeadOut(path: string): boolean {
  const [top = '', ...below] = path.split('/');
  return mayBeLinked(top) && [top, ...below].every((name) => !['', '.', '..'].includes(name));
}
