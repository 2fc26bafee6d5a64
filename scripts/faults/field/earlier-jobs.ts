import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lane } from '../field';

/**
 * Takes from the store what earlier jobs of a lane left there, so that each listing does not read more than the last; what the lane's restores
 * restore stays, and the newest backup too, which the next job must not lose.
 */
export async function forgetEarlierJobs({ repositoryFolder, backupId }: Lane): Promise<void> {
  const namesIn = (folder: string) => readdir(join(repositoryFolder, folder)).catch(() => []);
  const backups = (await namesIn('backups')).sort();
  const goners = [
    ...backups.slice(0, -1).flatMap((id) => (id === backupId ? [] : [join('backups', id)])),
    ...(await namesIn('jobs')).map((name) => join('jobs', name)),
    ...(await namesIn('restores')).map((name) => join('restores', name)),
  ];
  await Promise.all(goners.map((path) => rm(join(repositoryFolder, path), { recursive: true, force: true })));
}
