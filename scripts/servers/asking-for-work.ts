import { readFile } from 'node:fs/promises';

/** How often workers that log into this file have said that they serve now, and once more; a file that is not there counts too. */
export async function timesAsking(logFile: string): Promise<number> {
  return (await readFile(logFile, 'utf8').catch(() => '')).split('asking for work on').length;
}
