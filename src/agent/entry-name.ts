import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';

/** Most bytes of one name on the file systems that we know. */
const longestName = 255;

/** Letters, digits and what else `encodeURIComponent` leaves or makes; no dot at the start, so neither `.` nor `..` nor a hidden file. */
const plainName = /^[A-Za-z0-9_%~!*'()-][A-Za-z0-9_%~!*'().-]*$/;

/**
 * The one place where a text from outside (a job's id, a workflow's id) becomes a name in one of our folders. What is plain keeps a name that people can
 * read; anything else, and whatever is `reserved` there, is told by its hash behind a sign that no readable name has.
 */
export function entryName(text: string, reserved: readonly string[] = [], suffix = ''): string {
  const readable = encodedOf(text);
  const fits = readable !== undefined && plainName.test(readable) && !reserved.includes(readable);
  if (fits && Buffer.byteLength(readable + suffix) <= longestName) return readable + suffix;
  return `=${createHash('sha256').update(text).digest('hex')}${suffix}`;
}

/** The path of an entry of `folder`. Throws where `name` would lead anywhere but to a direct child of it. */
export function childOf(folder: string, name: string): string {
  const path = join(folder, name);
  const isChild = dirname(resolve(path)) === resolve(folder) && basename(path) === name && !name.includes('\0');
  if (!isChild) throw new Error(`"${name}" is no entry of "${folder}"`);
  return path;
}

/** undefined for half a character, which has no encoding. */
function encodedOf(text: string): string | undefined {
  try {
    return encodeURIComponent(text);
  } catch {
    return undefined;
  }
}
