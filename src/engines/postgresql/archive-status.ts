import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asOwner, type OwnerWork } from './owner-work';
import { timelineOf, timelineText } from './timelines';

/**
 * What the archiver of a restored server will do: send the history of its new timeline, and nothing of the timelines before. Of those the archive has what
 * the first server wrote; under the same names a restored server has other bytes, or the same again, and an archive that overwrites nothing refuses both,
 * for ever.
 */
export async function settleArchive(directory: string, timeline: number, work: OwnerWork): Promise<void> {
  const log = join(directory, 'pg_wal');
  const inStatus = (name: string) => join(log, 'archive_status', name);
  const waiting = (await waitingFor(directory)).map((name) => inStatus(`${name}.ready`));
  if (waiting.length > 0) await asOwner(work, 'rm', ['--force', '--', ...waiting]);
  const older = (await readdir(log)).filter((name) => (timelineOf(name) ?? timeline) < timeline);
  const marks = [...older.map((name) => `${name}.done`), `${timelineText(timeline)}.history.ready`].map(inStatus);
  await asOwner(work, 'touch', ['--', ...marks]);
  await asOwner(work, 'chmod', ['0600', '--', ...marks]);
}

/** Files of the log that were still to be archived when the directory was copied. */
export async function waitingFor(directory: string): Promise<string[]> {
  const names = await readdir(join(directory, 'pg_wal', 'archive_status')).catch(() => []);
  return names.filter((name) => name.endsWith('.ready')).map((name) => name.slice(0, -'.ready'.length));
}
