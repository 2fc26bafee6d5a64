import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Move } from './directory-names';

/**
 * A server that recovers from an online backup makes the links of its tablespaces anew, as the backup's own map has them. For data restored beside the live ones
 * that would be the live tablespaces. Called after pg_verifybackup, which knows the map as it was.
 */
export async function pointMap(directory: string, moves: readonly Move[]): Promise<void> {
  const path = join(directory, 'tablespace_map');
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => {
    const move = moves.find(({ link }) => line.startsWith(`${link.slice('pg_tblspc/'.length)} `));
    return move === undefined ? line : `${move.link.slice('pg_tblspc/'.length)} ${escaped(move.leads.final)}`;
  });
  await writeFile(path, lines.join('\n')); // the file's owner and mode stay
}

const escaped = (path: string) => path.replaceAll(/[\\\n\r]/g, (character) => `\\${character}`);
