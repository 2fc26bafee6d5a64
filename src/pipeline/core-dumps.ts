import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findProgram } from './find-program';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
let before: string | undefined;

/**
 * From now on neither this process nor a child of it leaves its memory on the disk when it crashes: keys, passwords and rows are in it. Servers that
 * are meant to live on get back what there was. Only the soft limit is lowered. Returns why it could not be done, where that is so.
 */
export function forbidCoreDumps(): string | undefined {
  try {
    const own = softLimit();
    if (own === '0') return undefined;
    const prlimit = findProgram('prlimit', process.env['PATH'] || defaultPath);
    const { status, stderr, error } = spawnSync(prlimit, ['--pid', String(process.pid), '--core=0:'], {
      encoding: 'utf8',
    });
    if (status !== 0) return error?.message ?? stderr.trim();
    before ??= own;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What stands before a program that is to have the limit of before; nothing where it has that anyhow. */
export function withCoreDumps(): readonly string[] {
  if (before === undefined) return [];
  return [findProgram('prlimit', process.env['PATH'] || defaultPath), `--core=${before}:`, '--'];
}

/** In bytes, or `unlimited`. */
function softLimit(): string {
  const [, soft = '0'] = /^Max core file size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return soft;
}
