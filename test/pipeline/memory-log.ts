import type { JobLog } from '../../src/pipeline/pipeline';

/** A log that a test can read. */
export function memoryLog(): JobLog & { readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, line: (source, text) => void lines.push(`${source} ${text}`) };
}
