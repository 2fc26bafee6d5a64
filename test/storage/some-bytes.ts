import { createCipheriv } from 'node:crypto';
import { Readable } from 'node:stream';

/** Bytes that do not repeat, always the same for a seed. */
export function someBytes(length: number, seed = 1): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** In pieces as a pipe gives them. */
export function inChunks(content: Buffer, chunk = 65_536): Readable {
  const pieces = function* () {
    for (let at = 0; at < content.length; at += chunk) yield content.subarray(at, at + chunk);
  };
  return Readable.from(pieces(), { objectMode: false });
}

/** All of it. Each chunk is copied before the next one is asked for: its memory is used again. */
export async function contentOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks);
}
