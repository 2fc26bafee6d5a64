import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../model/errors';
import { ArchiveReader } from './archive-reader';

/** `3421.dat`, `blobs.toc`, `blobs_3422.toc`. */
const ofEntry = /^(\d+\.dat|blobs(_\d+)?\.toc)$/;
/** `blob_16401.dat`. */
const ofBlob = /^blob_\d+\.dat$/;

/**
 * Rejects with `backup-corrupt` where a dump of many files names one that is not in its folder: pg_restore opens whatever is named there, with our rights, and
 * brings it into the database.
 */
export async function requireOwnFiles(folder: string, backup: string, artefact: string): Promise<void> {
  const refuse = (file: string, named: string): never => {
    const reason = `its "${file}" names the file ${JSON.stringify(named.slice(0, 200))}: no backup of ours does`;
    throw failure('backup-corrupt', { backup, artefact, reason });
  };
  const names = await readdir(folder);
  for (const named of await filesIn(folder, backup, artefact)) if (!ofEntry.test(named)) refuse('toc.dat', named);
  for (const file of names.filter((name) => name.startsWith('blobs'))) {
    if (!(await lstat(join(folder, file))).isFile()) refuse(file, file);
    for (const named of blobsIn(await readFile(join(folder, file), 'utf8')))
      if (!ofBlob.test(named)) refuse(file, named);
  }
}

async function filesIn(folder: string, backup: string, artefact: string): Promise<readonly string[]> {
  try {
    return new ArchiveReader(await readFile(join(folder, 'toc.dat'))).files();
  } catch (error) {
    const reason = `its table of contents cannot be read: ${(error as Error).message}`;
    throw failure('backup-corrupt', { backup, artefact, reason }, error);
  }
}

/** `16401 blob_16401.dat`, a line each. */
function blobsIn(text: string): string[] {
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim().split(/\s+/)[1] ?? '']));
}
