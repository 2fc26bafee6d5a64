import { readFile } from 'node:fs/promises';
import { runTool } from '../servers/run-tool';

/** One row of the table, in seconds. */
export interface Timing {
  readonly seconds: number;
  /** All runs, in the order they were made. */
  readonly runs: readonly number[];
}

/** Runs `work` so many times and takes the best: other work on the machine only ever adds. */
export async function best(times: number, work: (nth: number) => Promise<void>): Promise<Timing> {
  const runs: number[] = [];
  for (let nth = 0; nth < times; nth += 1) {
    const begun = performance.now();
    await work(nth);
    runs.push((performance.now() - begun) / 1000);
  }
  return { seconds: Math.min(...runs), runs };
}

/** A pipe of other people's tools, as a person would type it. The script is ours; values go in as environment variables. */
export async function shellPipe(script: string, env: Readonly<Record<string, string>>): Promise<void> {
  await runTool('bash', ['-c', `set -euo pipefail; ${script}`], { env });
}

/** The most memory that a process had so far, in MiB. */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
