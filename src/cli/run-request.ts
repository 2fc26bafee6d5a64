import type { Client } from '@temporalio/client';
import { followJob } from '../client/follow-job';
import type { RequestedJob } from '../client/interface-requests';
import type { JobOutcome } from '../client/job-outcome';
import { startJob } from '../client/start-job';
import type { JobFailure } from '../model/plan';
import { catchInterrupt } from './interrupt';
import { describeOutcome } from './screen/job-outcome';
import { createJobProgress } from './screen/job-progress';
import type { Screen } from './screen/screen';

/**
 * Starts the jobs of a request, follows them to their ends unless `detach`, and answers in the words of the interface. The exit code is that of the
 * first job that failed; Ctrl-C leaves them running.
 */
export async function runRequest(client: Client, jobs: readonly RequestedJob[], detach: boolean, screen: Screen) {
  const interrupt = catchInterrupt();
  const outcomes: (JobOutcome | undefined)[] = [];
  try {
    const ids: string[] = [];
    for (const { jobType, request } of jobs) ids.push((await startJob(client, jobType, request)).jobId);
    for (const jobId of ids) {
      const { show: onSight, silence: onSilence, stop } = createJobProgress(screen);
      const following = { signal: interrupt.signal, onSight, onSilence };
      outcomes.push(detach ? undefined : await followJob(client, jobId, following).finally(stop));
    }
  } finally {
    interrupt.release();
  }
  const ended = jobs.map((job, index) => resultOf(job, outcomes[index]));
  screen.answer({ jobs: ended }, jobs.map((job, index) => describe(job, outcomes[index], screen)).join('\n'));
  const failed = outcomes.find((outcome) => outcome?.status === 'error');
  if (interrupt.signal.aborted) process.exitCode = interrupt.code;
  if (failed?.status === 'error') process.exitCode = failed.failure.exit;
}

function resultOf({ jobType, request, storageConfig }: RequestedJob, outcome: JobOutcome | undefined): object {
  if (outcome?.result) return outcome.result;
  return {
    ...{ 'job-id': request['job-id'], 'job-type': jobType, status: outcome === undefined ? 'running' : 'error' },
    ...{ 'storage-interface': 's3', 'storage-config': storageConfig },
    ...(outcome?.status === 'error' && failureWords(outcome.failure)),
  };
}

function failureWords({ code, message, hint, exit }: JobFailure): object {
  return { message, error: { code, hint, exit } };
}

function describe({ request }: RequestedJob, outcome: JobOutcome | undefined, { colors }: Screen): string {
  const jobId = String(request['job-id']);
  if (outcome === undefined) return `running: ${jobId}\n  watch it with: holdfast watch ${jobId}`;
  if (outcome.status === 'success') return describeOutcome(outcome.result, colors);
  return `${colors.red('failed:')} ${jobId}: ${outcome.failure.message}\n  ${outcome.failure.hint}`;
}
