import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../model/errors';

/** Debian's packages of the programs that every pipeline needs. */
const packages: Readonly<Record<string, string>> = {
  setpriv: 'util-linux',
  flock: 'util-linux',
  prlimit: 'util-linux',
  unshare: 'util-linux',
  ip: 'iproute2',
  mkfifo: 'coreutils',
  zstd: 'zstd',
};

/** Absolute path of an executable, as exec would find it. Throws `tool-missing`. */
export function findProgram(program: string, searched: string): string {
  const candidates = program.includes('/') ? [program] : searched.split(':').map((folder) => join(folder, program));
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  const where = program.includes('/') ? 'its folder' : searched;
  throw failure('tool-missing', {
    tool: program,
    searched: where,
    package: packages[program] ?? `package of ${program}`,
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
