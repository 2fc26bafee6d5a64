import { text } from 'node:stream/consumers';
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
  const stream = await storage.download(log.key, { start: Math.max(0, log.bytes - tail) });
  const lines = (await text(stream)).trimEnd().split('\n');
  const error = lines.findLast((line) => /\b(error|fatal|panic)\b/i.test(line));
  return {
    succeeded: /^\S+Z holdfast success$/.test(lines.at(-1) ?? ''),
    error: error === undefined ? undefined : withoutTime(error).slice(0, longestReason),
  };
}

/** A list has columns of its own for times. */
function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z\s+/, '').trim();
}
