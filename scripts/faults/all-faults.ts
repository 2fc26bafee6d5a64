import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from './fault';

/** Every fault that a file in `faults/` exports, by itself or in a list. */
export function allFaults(): readonly Fault[] {
  const folder = join(__dirname, 'faults');
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  return files.sort().flatMap((file) =>
    Object.values(require(join(folder, file)))
      .flat()
      .filter(isFault),
  );
}

function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'strikesAt' in value && 'expect' in value;
}
