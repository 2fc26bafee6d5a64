import { emergencies } from './emergencies';
import { jobFailures } from './job-failures';
import { outsideErrors } from './outside-errors';
import { partialResults } from './partial-results';
import { refusals } from './refusals';
import { usageErrors } from './usage-errors';

/**
 * Every failure Holdfast tells apart. CLI exit codes, retry policies and the documentation are made from this table. A new one goes into the
 * file of its exit code; then run: npx tsx scripts/generate-docs.ts
 */
export const errorTable = {
  ...usageErrors,
  ...refusals,
  ...jobFailures,
  ...emergencies,
  ...outsideErrors,
  ...partialResults,
} as const;
