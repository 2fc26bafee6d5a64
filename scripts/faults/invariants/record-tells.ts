import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JobRecord } from '../../../src/model/job-record';
import { stepsDone } from '../history';
import type { Invariant } from './invariant';

/** The record agrees with Temporal, for every job that had a plan and an end of its own. */
export const recordTells: Invariant = {
  name: "the job's record says what happened",
  check: async (_field, { lane, jobId, outcome, status, history, expectation }) => {
    const path = join(lane.repositoryFolder, 'jobs', `${jobId}.json`);
    if (status === 'TERMINATED') return undefined; // it had no end of its own
    if (!existsSync(path)) {
      const planned = stepsDone(history).some((step) => step.startsWith('plan'));
      return planned && expectation.record !== 'perhaps' ? `no record at ${path}` : undefined;
    }
    const { result, 'job-id': id } = JobRecord.parse(JSON.parse(await readFile(path, 'utf8')));
    const told = `${id} ${result.status} ${result.error?.code ?? ''}`;
    const happened = `${jobId} ${outcome.status} ${outcome.status === 'error' ? outcome.failure.code : ''}`;
    return told === happened ? undefined : `the record says "${told}", and it was "${happened}"`;
  },
};
