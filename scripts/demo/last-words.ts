import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { HoldfastFailure } from '../../src/client/holdfast-failure';
import { HoldfastError } from '../../src/model/errors';
import type { Machine } from '../stack/machine';
import type { Narrator } from './narrator';

/** Lines of each log. */
const shown = 12;

interface Remains {
  readonly machine: Machine | undefined;
  readonly keep: boolean;
}

/** Says what went wrong, where the logs are, and how they end. */
export async function printFailure(narrator: Narrator, error: unknown, { machine, keep }: Remains): Promise<void> {
  const { red } = narrator.colors;
  narrator.block(`\n${red('the demo failed:')} ${messageOf(error)}`);
  if (machine === undefined) return;
  const until = keep ? 'until Ctrl-C ends all of it' : 'until they go with everything else; --keep leaves them';
  narrator.block(`\nthe logs are in ${machine.folder}, ${until}; their last lines:`);
  for (const file of await logFiles(machine.folder)) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-shown);
    narrator.block([`── ${relative(machine.folder, file)}`, ...lines.map((line) => `   ${line}`)].join('\n'));
  }
}

/** Those of the servers and the workers; the logs of jobs are on the store. */
async function logFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const logs = names.filter((name) => name.endsWith('.log') && !/^s3-(data|metadata)\b/.test(name)).sort();
  return logs.map((name) => join(folder, name));
}

function messageOf(error: unknown): string {
  if (error instanceof HoldfastFailure) return `${error.message}\n  ${error.failure.hint}`;
  if (error instanceof HoldfastError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
