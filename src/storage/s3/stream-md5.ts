import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Whether the store refused a body for coming without an MD5, as buckets with Object Lock do. */
export function demandsMd5(error: unknown): boolean {
  return error instanceof Error && /content-md5/i.test(error.message);
}

/** In the form that the header Content-MD5 wants. */
export async function streamMd5(source: Readable): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of source) hash.update(chunk as Buffer);
  return hash.digest('base64');
}
