import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../src/model/errors';

/**
 * Ruins a stopped cluster as a failing disk would: no control file, no WAL, noise in every second relation. Resolves to
 * what it did.
 */
export async function destroyCluster(dataDirectory: string): Promise<string[]> {
  await mustBeStopped(dataDirectory);
  await rm(join(dataDirectory, 'global', 'pg_control'));
  await rm(join(dataDirectory, 'pg_wal'), { recursive: true, force: true });
  const relations = (await relationFiles(dataDirectory)).filter((_, index) => index % 2 === 0);
  await Promise.all(relations.map(garble));
  return ['removed pg_control', 'removed the write-ahead log', `wrote noise over ${relations.length} relation files`];
}

/** A live server would write over the damage, or worse: keep the good data. */
async function mustBeStopped(dataDirectory: string): Promise<void> {
  const pid = Number((await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  if (pid > 0 && isAlive(pid)) {
    throw failure('process-failed', {
      tool: 'destroy cluster',
      reason: `"${dataDirectory}" is in use by process ${pid}`,
    });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function relationFiles(dataDirectory: string): Promise<string[]> {
  const base = join(dataDirectory, 'base');
  const databases = await readdir(base);
  const files = await Promise.all(
    databases.map(async (database) => (await readdir(join(base, database))).map((file) => join(base, database, file))),
  );
  return files.flat().filter((file) => /\/\d+$/.test(file));
}

/** Keeps owner and size, so that only reading it tells. */
async function garble(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    await file.write(randomBytes(Math.min(size, 64 * 1024)), 0);
  } finally {
    await file.close();
  }
}
