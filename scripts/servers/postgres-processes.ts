import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from './wait-until';

/** How long whoever adopted a dead postmaster may take to reap it. */
const reapingPatience = 5_000;

/**
 * Kills the postmaster as the kernel does when memory runs out: its children see it and go too. Resolves when the server could be started again. Where
 * nobody reaps the dead process, its lock files go as well, since PostgreSQL would take it for alive for ever.
 */
export async function crash(dataDirectory: string): Promise<void> {
  const file = join(dataDirectory, 'postmaster.pid');
  const [first = '', , , port, socketDirectory] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const pid = Number.parseInt(first, 10);
  if (!(pid > 0)) return;
  kill(pid, 'SIGKILL');
  const locks = [file, ...(socketDirectory ? [join(socketDirectory, `.s.PGSQL.${port}.lock`)] : [])];
  const reaped = waitUntil('postgres', 'gone', reapingPatience, () => !kill(pid, 0));
  await reaped.catch(() => Promise.all(locks.map((lock) => rm(lock, { force: true }))));
  await waitUntil('postgres', 'gone', 2 * reapingPatience, async () => (await postgresIn(dataDirectory)).length === 0);
}

/**
 * Ends every postgres whose working directory, which is its data directory, is below the folder: its pid file may be
 * gone.
 */
export async function endAllIn(folder: string): Promise<void> {
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    for (const pid of await postgresIn(folder)) kill(pid, signal);
    const gone = async () => (await postgresIn(folder)).length === 0;
    if (
      await waitUntil('postgres', 'gone', 5_000, gone).then(
        () => true,
        () => false,
      )
    )
      return;
  }
}

async function postgresIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      if (cwd !== folder && !cwd.startsWith(`${folder}/`)) return [];
      return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')) === 'postgres\n' ? [pid] : [];
    }),
  );
  return found.flat();
}

/** False where there is no such process. */
function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
