import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const holdfastBin = join(__dirname, '..', '..', 'bin', 'holdfast');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real program, as a person or script would, with nobody at the keyboard. */
export function runHoldfast(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...options.env };
    const child = spawn(process.execPath, [holdfastBin, ...args], {
      cwd: options.cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (output.stdout += chunk));
    child.stderr.on('data', (chunk) => (output.stderr += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...output }));
  });
}
