import type { Loaded } from '../engines/engine';
import { boundLeftOut } from '../model/left-out-text';
import type { JobLog } from '../pipeline/pipeline';
import type { LoadNotes } from './contract';

const mostWarnings = 50;

/** The history gets as much as it can take, the log all of it. */
export function loadNotes(
  { warnings = [], leftOut = [] }: Pick<Loaded, 'warnings' | 'leftOut'>,
  log: JobLog,
): LoadNotes {
  for (const { what, reason, mend = 'nothing that is known' } of leftOut) {
    log.line('left out', `${what}: ${reason}; what mends it: ${mend}`);
  }
  return {
    ...(warnings.length > 0 && { warnings: warnings.slice(0, mostWarnings) }),
    ...(leftOut.length > 0 && { leftOut: boundLeftOut(leftOut), leftOutCount: leftOut.length }),
  };
}
