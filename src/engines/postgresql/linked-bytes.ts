import { allEnded } from '../../pipeline/all-ended';
import { countFiles } from './count-files';
import { readLinkedDirectories } from './linked-directories';

/** Bytes of a data directory with all that its links lead to; what cannot be read counts for nothing. */
export async function linkedBytes(directory: string): Promise<number> {
  const linked = await readLinkedDirectories(directory);
  const folders = [directory, ...linked.map(({ target }) => target)];
  const counts = await allEnded(folders.map((folder) => countFiles(folder).catch(() => ({ files: 0, bytes: 0 }))));
  return counts.reduce((sum, { bytes }) => sum + bytes, 0);
}
