import { readdir, readFile, readlink } from 'node:fs/promises';
import { waitUntil } from './wait-until';

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
      if (!cwd.startsWith(`${folder}/`)) return [];
      return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')) === 'postgres\n' ? [pid] : [];
    }),
  );
  return found.flat();
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // gone already
  }
}
