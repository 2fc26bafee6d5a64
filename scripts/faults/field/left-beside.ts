import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Lane } from '../field';
import { run } from './content';
import { isCold } from './field-lane';

/** Databases or directories that restores put beside a lane's own. */
export async function leftBeside({ postgres, database, scenario }: Lane): Promise<string[]> {
  if (isCold(scenario)) {
    const own = basename(postgres.dataDirectory);
    return (await readdir(dirname(postgres.dataDirectory))).filter(
      (name) => /holdfast|^data/.test(name) && name !== own,
    );
  }
  const sql = `SELECT datname FROM pg_database WHERE datname LIKE '${database}\\_%'`;
  return (await run<{ datname: string }>(postgres.client(), sql)).map(({ datname }) => datname);
}

/** What a restore set aside, and not what it loaded. */
export function isPrevious(name: string): boolean {
  return /_before_|holdfast-previous/.test(name);
}

/** Makes the lane as it was: no restore before it has left anything. */
export async function sweepBeside(lane: Lane): Promise<void> {
  for (const name of await leftBeside(lane)) {
    if (isCold(lane.scenario)) await rm(join(dirname(lane.postgres.dataDirectory), name), { recursive: true });
    else await run(lane.postgres.client(), `DROP DATABASE "${name}" WITH (FORCE)`);
  }
}
