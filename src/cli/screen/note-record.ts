import type { RecordedJob } from '../../client/find-job';
import type { Screen } from './screen';

/** Says that what follows comes from the job's record on the storage, and why. */
export function noteRecord({ because }: RecordedJob, { note, colors }: Screen): void {
  const why = because === 'forgotten' ? 'Temporal has forgotten the job' : because.message;
  note(colors.dim(`from the job's record: ${why}`));
}
