import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { minimalEnvironment } from './owned-process';

/**
 * Waits for the other end of stdin to close, which the kernel does however this process dies; then ends every postgres
 * that works in the folder
 * (its working directory is its data directory, wherever that was renamed to), and removes the folder if asked.
 */
const script = `
read -r _
in_folder() {
  for p in /proc/[0-9]*; do
    [ "$(cat "$p/comm" 2>/dev/null)" = postgres ] || continue
    case "$(readlink "$p/cwd" 2>/dev/null)" in "$1"/*) kill "-$2" "\${p#/proc/}" 2>/dev/null ;; esac
  done
}
in_folder "$1" QUIT; sleep 1; in_folder "$1" KILL
if [ "$2" = remove ]; then rm -rf "$1" || { sleep 1; rm -rf "$1"; }; fi
`;

/** Looks after a folder while this process lives, and acts when it dies. */
export interface Guard {
  /** Calls the guard off. Idempotent. */
  release(): void;
}

/**
 * PostgreSQL goes into the background, and jobs restart it, so a parent-death signal does not reach it: this does,
 * within two seconds.
 * `andThen` says whether the folder itself goes too.
 */
export function guardFolder(folder: string, andThen: 'keep' | 'remove'): Guard {
  return guardWith(script, folder, andThen);
}

/** The same with another script, which begins by reading from stdin: that ends when this process does. */
export function guardWith(script: string, ...args: readonly string[]): Guard {
  const child: ChildProcess = spawn('/bin/sh', ['-c', script, 'guard', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: minimalEnvironment(),
    cwd: '/',
  });
  child.unref();
  (child.stdin as Socket | null)?.unref();
  return { release: () => void child.kill('SIGKILL') };
}
