import type { Telling } from './pipeline';

/**
 * Of what a server writes while it starts, and of pg_ctl's own words: why it ended. Everything else that a server logs may hold statements and rows. A line that
 * begins with a tab goes on with what stands before it.
 */
export const serverLog = (): Telling => (line) => {
  if (line.startsWith('pg_ctl: ')) return line;
  if (line.startsWith('\t')) return undefined;
  const [, severity, words] = /(?<!\p{L})(\p{Lu}{3,}):\s{2}(.*)$/u.exec(line) ?? [];
  return severity === 'FATAL' || severity === 'PANIC' ? `${severity}: ${words}` : undefined;
};
