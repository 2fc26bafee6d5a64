import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { failure } from '../../src/model/errors';
import { minimalEnvironment } from './owned-process';

export interface ToolOptions {
  /** Operating system user to become; only where this process is root. */
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its stdin. */
  readonly input?: string;
  /** Exit codes that are answers, not failures; [0] if absent. */
  readonly accept?: readonly number[];
  /** Ends it, with SIGTERM. */
  readonly signal?: AbortSignal;
}

export interface ToolEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a short tool to its end; rejects with `process-failed` on an exit code that is not accepted. */
export function runTool(program: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolEnd> {
  const [file, argv] = asUser(options.user, program, args);
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      argv,
      { env: { ...minimalEnvironment(), ...options.env }, cwd: '/', maxBuffer: 1024 ** 3, signal: options.signal },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        if ((options.accept ?? [0]).includes(code)) return resolve({ code, stdout, stderr });
        const reason = stderr.trim().split('\n').slice(-3).join('; ') || error?.message || `exit code ${code}`;
        reject(failure('process-failed', { tool: basename(program), reason }, error));
      },
    );
    child.stdin?.on('error', () => {}); // a tool that ends early reports itself by its exit code
    child.stdin?.end(options.input ?? '');
  });
}

/** The same command as another operating system user. */
export function asUser(user: string | undefined, program: string, args: readonly string[]): [string, string[]] {
  if (user === undefined || process.getuid?.() !== 0 || user === 'root') return [program, [...args]];
  return ['setpriv', [`--reuid=${user}`, `--regid=${user}`, '--init-groups', '--', program, ...args]];
}
