import { readFile } from 'node:fs/promises';

const lookEvery = 100;
/** What a program writes about itself counts too. */
const slack = 2 ** 20;

/**
 * Looks at how much a process has written, by the kernel's count, so that none of the bytes passes us. Calls `onExceeded` once, within a moment after the
 * process has written more than `limit`. Where the kernel does not count, nothing is limited.
 */
export function limitOutput(pid: number, limit: number, onExceeded: () => void): { end(): void } {
  const timer = setInterval(async () => {
    const written = await writtenBy(pid);
    if (written === undefined || written <= limit + slack) return;
    clearInterval(timer);
    onExceeded();
  }, lookEvery);
  return { end: () => clearInterval(timer) };
}

async function writtenBy(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/io`, 'utf8').catch(() => '');
  const [, written] = /^wchar: (\d+)$/m.exec(text) ?? [];
  return written === undefined ? undefined : Number(written);
}
