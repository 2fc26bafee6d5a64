import { spawnSync } from 'node:child_process';
import { findProgram } from '../../pipeline/find-program';

/** How a program is started in a network of its own, which nothing outside can reach; or why it cannot be. */
export type OwnNetwork = { readonly wrapper: readonly string[] } | { readonly missing: string };

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Tries it: kernels, containers and security modules all have a say in whether this user may. */
export function ownNetwork(env: NodeJS.ProcessEnv = process.env): OwnNetwork {
  if (process.platform !== 'linux') return { missing: 'only Linux has such networks' };
  try {
    const path = env['PATH'] || defaultPath;
    const [unshare, ip] = [findProgram('unshare', path), findProgram('ip', path)];
    // who is not root needs a name space of users to be allowed one of networks
    const wrapper = [unshare, ...(process.geteuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--net', '--'];
    return failureOf([...wrapper, ip, 'link', 'set', 'lo', 'up']) ?? { wrapper };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

function failureOf([program = '', ...args]: readonly string[]): { missing: string } | undefined {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 5_000 });
  if (status === 0) return undefined;
  return { missing: error?.message ?? (stderr.trim().split('\n')[0] || `exit code ${status}`) };
}
