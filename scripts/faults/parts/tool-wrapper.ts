import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * `fails-at-end`: writes all its bytes and exits 1. `cut-short`: loses the last bytes of what it writes to stdout, and exits 0 all the same.
 * `held`: notes its start in `<tool>.starts`, and waits as long as the file `wait` is there; both in `folder`.
 */
export type Behaviour =
  | { readonly kind: 'fails-at-end' }
  | { readonly kind: 'cut-short'; readonly bytes: number }
  | { readonly kind: 'held'; readonly folder: string };

/** Puts a wrapper in place of a tool in a folder of links; the link stands beside it meanwhile. */
export async function wrapTool(binDirectory: string, tool: string, behaviour: Behaviour): Promise<void> {
  const aside = besides(binDirectory, tool);
  await rename(join(binDirectory, tool), aside);
  await writeWrapper(join(binDirectory, tool), aside, behaviour);
}

/** Puts the tool itself back. Idempotent. */
export async function unwrapTool(binDirectory: string, tool: string): Promise<void> {
  await rename(besides(binDirectory, tool), join(binDirectory, tool)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** Writes a program that runs the tool `real` and misbehaves. Asked for its version it behaves. */
export async function writeWrapper(path: string, real: string, behaviour: Behaviour): Promise<void> {
  const tool = path.split('/').at(-1) ?? path;
  await writeFile(path, `#!/bin/sh\n${behaved(real)}\n${script(tool, real, behaviour)}\n`);
  await chmod(path, 0o755);
}

const besides = (binDirectory: string, tool: string) => join(binDirectory, `${tool}.itself`);

function behaved(real: string): string {
  return `case "$*" in *--version*|-V) exec '${real}' "$@";; esac`;
}

function script(tool: string, real: string, behaviour: Behaviour): string {
  switch (behaviour.kind) {
    case 'fails-at-end':
      return `'${real}' "$@" || exit\necho '${tool}: error: failing on purpose, after the last byte' >&2\nexit 1`;
    case 'cut-short':
      return `'${real}' "$@" | head -c -${behaviour.bytes}\nexit 0`;
    case 'held': {
      const [starts, wait] = [join(behaviour.folder, `${tool}.starts`), join(behaviour.folder, 'wait')];
      return `echo $$ >> '${starts}'\nwhile [ -e '${wait}' ]; do sleep 0.1; done\nexec '${real}' "$@"`;
    }
  }
}
