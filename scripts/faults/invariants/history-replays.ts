import { Worker } from '@temporalio/worker';
import type { Ended, Verdict } from '../ended';
import type { OpenField } from '../field/open-field';

/** What replays here, for a debugger, leaves hooks on every promise of this process: beside it, it does not. */
const inThread = { debugMode: false };

/** Replays the histories of many jobs at once, since starting a replayer costs more than a replay. Resolves to what is wrong, by job id. */
export async function replayAll(
  { build }: Pick<OpenField, 'build'>,
  jobs: readonly Pick<Ended, 'jobId' | 'history'>[],
) {
  const verdicts = new Map<string, Verdict>();
  const histories = jobs.map(({ jobId, history }) => ({ workflowId: jobId, history }));
  const options = { workflowBundle: build.workflowBundle, ...inThread };
  let nth = 0;
  for await (const { error } of Worker.runReplayHistories(options, histories)) {
    const job = jobs[nth++];
    if (error && job) verdicts.set(job.jobId, `its history does not replay: ${error.message}`);
  }
  return verdicts;
}
