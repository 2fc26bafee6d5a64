import type { Storage, StoredObject } from './storage';

const tail = 64 * 2 ** 10;
const longestReason = 300;

/** What the end of a job's log tells. */
export interface LogEnd {
  /** Its last line says that all steps were done; the seal or the record comes after it. */
  readonly succeeded: boolean;
  /** The last line that speaks of an error; undefined where none does. */
  readonly error: string | undefined;
}

export async function readLogEnd(storage: Storage, log: StoredObject): Promise<LogEnd> {
  const start = Math.max(0, log.bytes - tail);
  const lines = (await textOf(await storage.download(log.key, { start }))).trimEnd().split('\n');
  const error = lines.findLast((line) => /\b(error|fatal|panic)\b/i.test(line));
  return {
    succeeded: /^\S+Z holdfast success$/.test(lines.at(-1) ?? ''),
    error: error === undefined ? undefined : withoutTime(error).slice(0, longestReason),
  };
}

/** A log may have grown meanwhile, and a store may have no end: more than was asked for says nothing of it. */
async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk)); // its memory is used again
    length += chunk.length;
    if (length > 2 * tail) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A list has columns of its own for times. */
function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z\s+/, '').trim();
}
