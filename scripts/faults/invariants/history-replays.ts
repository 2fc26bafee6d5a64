import { Worker } from '@temporalio/worker';
import type { Ended, Verdict } from '../ended';
import type { OpenField } from '../field/open-field';

type Job = Pick<Ended, 'jobId' | 'history'>;

/** What replays here, for a debugger, leaves hooks on every promise of this process: beside it, it does not. */
const inThread = { debugMode: false };

let last: Promise<unknown> = Promise.resolve();

/**
 * Replays the histories of many jobs at once, since starting a replayer costs more than a replay. Resolves to what is wrong, by job id. One call
 * after the other, whoever calls: the SDK shuts its runtime down with the last replayer, also under one that is just being made.
 */
export function replayAll(field: Pick<OpenField, 'build'>, jobs: readonly Job[]): Promise<Map<string, Verdict>> {
  const turn = last.then(() => replay(field, jobs));
  last = turn.catch(() => undefined);
  return turn;
}

async function replay({ build }: Pick<OpenField, 'build'>, jobs: readonly Job[]): Promise<Map<string, Verdict>> {
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
