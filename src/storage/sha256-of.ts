import { createHash } from 'node:crypto';

/** Of a text as it is stored, in hex. */
export function sha256Of(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
