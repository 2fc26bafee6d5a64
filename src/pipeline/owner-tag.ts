import { readFileSync } from 'node:fs';

/** Environment variable by which a child shows which worker started it, long after that worker died. */
export const ownerVariable = 'HOLDFAST_OWNER';

/** `<pid>/<start time>`: unlike a process id alone it never means two processes. */
export function ownerTag(): Readonly<Record<string, string>> {
  return { [ownerVariable]: `${process.pid}/${startTimeOf(process.pid) ?? 0}` };
}

/** Start of a process in clock ticks since boot; undefined where there is none, or a dead one that only waits to be reaped. */
export function startTimeOf(pid: number | string): string | undefined {
  const stat = processStat(pid);
  return stat?.[2] === 'Z' ? undefined : stat?.[21];
}

/** The fields of /proc/<pid>/stat, counted from 0; undefined where there is no such process. */
export function processStat(pid: number | string): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in parentheses and may hold anything, also spaces and parentheses.
    const end = text.lastIndexOf(')');
    const name = text.slice(text.indexOf('(') + 1, end);
    return [
      String(pid),
      name,
      ...text
        .slice(end + 2)
        .trim()
        .split(' '),
    ];
  } catch {
    return undefined;
  }
}
