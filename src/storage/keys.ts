import { failure } from '../model/errors';

/** Most bytes of a key: S3 allows 1,024, and the storage's prefix comes on top. */
const longest = 900;

/** Who is asked, for the message of a refusal. */
export interface KeyOwner {
  readonly name: string;
  readonly place: string;
}

/** Rejects a key that could leave the storage's own place, or that a file system cannot hold. */
export function checkKey(owner: KeyOwner, key: string): void {
  const segments = key.split('/');
  if (segments.every(isPlain) && Buffer.byteLength(key) <= longest) return;
  throw refusal(owner, key);
}

/** The same for the beginning of a key: its last segment may be empty or partial. */
export function checkPrefix(owner: KeyOwner, prefix: string): void {
  const segments = prefix.split('/');
  const last = segments.pop() ?? '';
  if (segments.every(isPlain) && (last === '' || isPlain(last)) && Buffer.byteLength(prefix) <= longest) return;
  throw refusal(owner, prefix);
}

/** Orders keys as S3 lists them: by their UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function isPlain(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..' && !/[\0\\]/.test(segment);
}

function refusal(owner: KeyOwner, key: string): Error {
  return failure('storage-refused', {
    storage: owner.name,
    place: owner.place,
    operation: `key ${JSON.stringify(key.slice(0, 120))}`,
    reason: 'keys are relative paths of plain names',
  });
}
