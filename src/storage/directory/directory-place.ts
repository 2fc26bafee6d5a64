import { join } from 'node:path';
import { type ErrorCode, failure, HoldfastError } from '../../model/errors';
import { checkKey, checkPrefix } from '../keys';

/** A directory as a storage sees it. */
export interface DirectoryPlace {
  readonly name: string;
  /** With a slash at its end. */
  readonly place: string;
  readonly root: string;
  /** The file of a key; rejects one that could leave the root. */
  fileOf(key: string): string;
  checkPrefix(prefix: string): void;
  fail(operation: string, error: unknown): Error;
  /** Does `work`, with its errors in the words of the error table. */
  run<T>(operation: string, work: () => Promise<T>): Promise<T>;
}

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'storage-full',
  EDQUOT: 'storage-full',
  EFBIG: 'storage-limit',
  // a network file system that lost its server for a while
  ESTALE: 'storage-network',
  ETIMEDOUT: 'storage-network',
  EHOSTDOWN: 'storage-network',
  ENOTCONN: 'storage-network',
  EAGAIN: 'storage-network',
};

export function directoryPlace(name: string, path: string): DirectoryPlace {
  const root = path.replace(/(?<=.)\/+$/, '');
  const owner = { name, place: root === '/' ? root : `${root}/` };
  const fail = (operation: string, error: unknown) => {
    if (error instanceof HoldfastError) return error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    const details = { storage: name, place: owner.place, key: '', operation, reason: message };
    return failure(codes[code] ?? 'storage-refused', details, error);
  };
  return {
    ...owner,
    root,
    fileOf: (key) => {
      checkKey(owner, key);
      return join(root, key);
    },
    checkPrefix: (prefix) => checkPrefix(owner, prefix),
    fail,
    run: async (operation, work) => {
      try {
        return await work();
      } catch (error) {
        throw fail(operation, error);
      }
    },
  };
}

/** The errno of a file system's error. */
export function errnoOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
