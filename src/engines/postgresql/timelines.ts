import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Eight hexadecimal digits, as in the names of log and history files. */
export function timelineText(timeline: number): string {
  return timeline.toString(16).toUpperCase().padStart(8, '0');
}

/** The timeline that a file of the write-ahead log, or about it, is of; undefined for every other name. */
export function timelineOf(name: string): number | undefined {
  const [, digits] = /^([0-9A-F]{8})(?:\.history|[0-9A-F]{16}(?:\.partial|\.[0-9A-F]{8}\.backup)?)$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** The highest timeline that the log of this data directory knows of; 0 where nothing can be read. */
export async function highestTimelineIn(directory: string): Promise<number> {
  const names = await readdir(join(directory, 'pg_wal')).catch(() => []);
  return Math.max(0, ...names.map((name) => timelineOf(name) ?? 0));
}
