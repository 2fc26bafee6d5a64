import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPostgres } from '../../tools/find';

/**
 * A folder of PostgreSQL's real tools, of which some are slow to begin: they note each start in `<tool>.starts` and wait while the file `wait`
 * is there. So a test can strike in the middle of a dump without moving gigabytes.
 */
export interface SlowTools {
  readonly binDirectory: string;
  readonly waitFile: string;
  startsFile(tool: string): string;
}

export async function makeSlowTools(folder: string, slow: readonly string[]): Promise<SlowTools> {
  const real = findPostgres();
  const binDirectory = join(folder, 'slow-tools');
  const waitFile = join(folder, 'wait');
  await mkdir(binDirectory, { mode: 0o755 });
  const startsFile = (tool: string) => join(folder, `${tool}.starts`);
  for (const tool of await readdir(real)) {
    if (slow.includes(tool))
      await writeFile(join(binDirectory, tool), wrapper(join(real, tool), startsFile(tool), waitFile), { mode: 0o755 });
    else await symlink(join(real, tool), join(binDirectory, tool));
  }
  return { binDirectory, waitFile, startsFile };
}

function wrapper(tool: string, starts: string, waitFile: string): string {
  return `#!/bin/sh
case "$*" in *--version*|-V) exec ${tool} "$@";; esac
echo $$ >> ${starts}
while [ -e ${waitFile} ]; do sleep 0.1; done
exec ${tool} "$@"
`;
}
