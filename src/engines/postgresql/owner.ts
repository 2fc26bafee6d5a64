import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemUser } from '../../pipeline/system-user';

/** Whose files a server's data are. */
export interface Owner {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The owner of the live data directory, or where that is lost of the folder it was in; a server does not run as root, so then it is the user that all
 * packages make for it.
 */
export async function ownerOf(directory: string): Promise<Owner> {
  const found = await stat(directory).catch(() => undefined);
  if (found === undefined && directory !== dirname(directory)) return ownerOf(dirname(directory));
  const { name, uid, gid } = systemUser(found === undefined || found.uid === 0 ? 'postgres' : found.uid);
  return { name, uid, gid: found === undefined || found.uid === 0 ? gid : found.gid };
}
