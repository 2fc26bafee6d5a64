import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Flips one bit of one byte in the middle of a file, in place; twice is as before. */
export async function flipByte(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const at = Math.floor(size / 2);
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    byte.writeUInt8(byte.readUInt8() ^ 0x10);
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}

/** The largest artefact of a backup, as a file below the repository's folder on the store. */
export async function largestArtefact(repositoryFolder: string, backupId: string): Promise<string> {
  const folder = join(repositoryFolder, 'backups', backupId, 'data');
  const files = await Promise.all(
    (await readdir(folder)).map(async (name) => ({ path: join(folder, name), ...(await stat(join(folder, name))) })),
  );
  const [largest] = files.sort((one, two) => two.size - one.size);
  if (largest === undefined) throw new Error(`no artefact in "${folder}"`);
  return largest.path;
}
