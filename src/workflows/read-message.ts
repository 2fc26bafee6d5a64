import type { Hold, HoldMode, HoldRequest } from '../model/hold';
import type { RunReference } from '../model/mutex-messages';
import { isPlausible } from '../model/plausible-token';
import { propertyOf, textIn } from '../model/unknown-value';

/*
 * Messages as anybody may have sent them: undefined for what makes no sense. Only what is known is taken along.
 */

/** Ids of ours are plain; of these lengths a crowd can still be carried along. */
const idShape = /^[!-~]{1,1000}$/;
const runShape = /^[!-~]{1,100}$/;
const longestPurpose = 200;

export function readHoldRequest(value: unknown): HoldRequest | undefined {
  const workflowId = textIn(value, 'workflowId') ?? '';
  const runId = textIn(value, 'runId') ?? '';
  const jobId = textIn(value, 'jobId') ?? workflowId;
  const purpose = textIn(value, 'purpose')?.slice(0, longestPurpose) ?? '';
  const mode = modeIn(value);
  if (!idShape.test(workflowId) || !runShape.test(runId) || !idShape.test(jobId)) return undefined;
  if (mode === undefined) return undefined;
  const asked = { workflowId, runId, jobId, mode, purpose };
  return propertyOf(value, 'shows') === 'token' ? { ...asked, shows: 'token' } : asked;
}

export function readReference(value: unknown): RunReference | undefined {
  const runId = textIn(value, 'runId') ?? '';
  const token = propertyOf(value, 'token');
  if (!runShape.test(runId)) return undefined;
  return typeof token === 'number' ? { runId, token } : { runId };
}

/** A grant, as it is told to a job. */
export function readHold(value: unknown, lock: string): Hold | undefined {
  const mode = modeIn(value);
  const token = propertyOf(value, 'token');
  if (textIn(value, 'lock') !== lock || mode === undefined) return undefined;
  return isPlausible(token, Date.now()) ? { lock, mode, token } : undefined;
}

function modeIn(value: unknown): HoldMode | undefined {
  const mode = propertyOf(value, 'mode');
  return mode === 'shared' || mode === 'exclusive' ? mode : undefined;
}
