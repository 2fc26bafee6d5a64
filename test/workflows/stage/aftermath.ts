import type { RestoreStep } from '../../../src/activities/contract';
import { restorePlan } from './plans';

/** What a restore hands to the workflow that drops what it set aside. */
export function dropPreviousStep(jobId: string): RestoreStep {
  return { plan: restorePlan(jobId), hold: { lock: 'shop', mode: 'shared', token: 0 }, runId: `${jobId}-run` };
}
