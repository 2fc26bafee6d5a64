import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { giveFile, type Owner } from './owner';
import { timelineOf, timelineText } from './timelines';

/**
 * What the archiver of a restored server will do: send the history of its new timeline, and nothing of the timelines before. Of those the archive has what
 * the first server wrote; under the same names a restored server has other bytes, or the same again, and an archive that overwrites nothing refuses both,
 * for ever.
 */
export async function settleArchive(directory: string, timeline: number, owner: Owner): Promise<void> {
  const log = join(directory, 'pg_wal');
  const status = join(log, 'archive_status');
  const mark = async (name: string) => {
    await writeFile(join(status, name), '', { mode: 0o600 });
    await giveFile(join(status, name), owner);
  };
  for (const name of await waitingFor(directory)) await rm(join(status, `${name}.ready`));
  const older = (await readdir(log)).filter((name) => (timelineOf(name) ?? timeline) < timeline);
  for (const name of older) await mark(`${name}.done`);
  await mark(`${timelineText(timeline)}.history.ready`);
}

/** Files of the log that were still to be archived when the directory was copied. */
export async function waitingFor(directory: string): Promise<string[]> {
  const names = await readdir(join(directory, 'pg_wal', 'archive_status')).catch(() => []);
  return names.filter((name) => name.endsWith('.ready')).map((name) => name.slice(0, -'.ready'.length));
}
