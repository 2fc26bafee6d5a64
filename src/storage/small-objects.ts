import { failure } from '../model/errors';

/** Bytes of the largest object that is read as a whole: a manifest with some hundred thousand tables. */
export const longestSmallObject = 128 * 2 ** 20;

/** For an object that claims, or turns out, to be larger. */
export function requireSmall(bytes: number, key: string, storage: string): void {
  if (bytes <= longestSmallObject) return;
  const reason = `it has more than the ${longestSmallObject / 2 ** 20} MiB that an object of its kind may have`;
  throw failure('object-oversized', { key, storage, reason });
}
