import { readdir, readlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { allEnded } from '../../pipeline/all-ended';
import type { LinkedDirectory } from './facts';

/** What lies outside of a data directory: tablespaces, and the write-ahead log where it has a disk of its own. */
export async function readLinkedDirectories(directory: string): Promise<LinkedDirectory[]> {
  const names = (await readdir(join(directory, 'pg_tblspc')).catch(() => [])).filter((name) => /^[1-9]\d*$/.test(name));
  const candidates = [
    { role: 'wal', link: 'pg_wal' },
    ...names.map((oid) => ({ role: `tablespace:${oid}`, link: `pg_tblspc/${oid}` })),
  ];
  const found = await allEnded(
    candidates.map(async ({ role, link }) => {
      const target = await readlink(join(directory, link)).catch(() => undefined);
      if (target === undefined) return [];
      return [{ role, link, target: resolve(join(directory, link, '..'), target) }];
    }),
  );
  return found.flat();
}
