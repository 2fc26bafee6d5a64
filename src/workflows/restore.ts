import { CancellationScope } from '@temporalio/workflow';
import { exitCodes } from '../model/errors';
import type { JobResult } from '../model/interface-job';
import type { RestoreRequest } from '../model/job-request';
import type { RestorePlan } from '../model/plan';
import { skippedTexts } from '../model/skipped-backups';
import { cleanSpoolAtEnd, runBeforeHook, sendLog, tellTheEnd } from './aftermath';
import { conduct } from './conduct';
import { Job } from './job';
import { takeNote } from './load-notes';
import { Screen } from './phase';
import { identity, planned } from './planned';
import { keepPrevious } from './previous';
import { planning } from './proxies';
import { readRequest } from './read-input';
import { answerFrom } from './record';
import { compare, swapIn } from './swap';

/** Puts a backup's data into service, or beside it. The old data stays until the new has proved healthy and equal to the manifest. */
export async function restore(input: RestoreRequest): Promise<JobResult> {
  const request = readRequest('restore', input);
  const { database } = request;
  const screen = new Screen('restore', database);
  // 1: nothing is touched, and the plan is fixed from here on
  const options = { summary: `plan restore of ${database}` };
  const plan = () => planning.planRestore.executeWithOptions(options, [{ request, ...identity() }]);
  const answer = await planned(screen, 'restore', request, plan);
  if (answer.kind === 'finished') return answerFrom(answer.record);
  return conduct(new Job(answer.plan, screen), request, bringBack);
}

async function bringBack(job: Job<RestorePlan>): Promise<void> {
  job.warnings.push(...skippedTexts(job.plan.skipped));
  // 2: one restore at a time, and nothing beside it
  await job.takeHold('exclusive');
  cleanSpoolAtEnd(job);
  // 3
  const checked = await job.run('checkDatabase', {});
  await job.run('checkStorage', { checked });
  tellTheEnd(job, 'run-after-restore');
  // 4
  await runBeforeHook(job, 'run-before-restore');
  // 5: every byte is fetched and verified while the database still runs
  const discard = discardOnFailure(job);
  const loaded = await job.run('loadBackup', {});
  job.gained.timeline = loaded.timeline;
  takeNote(job, loaded);
  // 6, 7
  if (job.plan.target.kind === 'in-place') await swapIn(job);
  else await settleBeside(job, loaded.location);
  discard.forget();
  // 8: the data is in service, so that nothing changes the outcome any more; hook, spool and hold are registered
  await CancellationScope.nonCancellable(() => settle(job));
}

/** Beside the live data nothing is stopped and nothing is swapped. */
async function settleBeside(job: Job<RestorePlan>, location: string): Promise<void> {
  await compare(job);
  job.gained['restored-to'] = location;
}

async function settle(job: Job<RestorePlan>): Promise<void> {
  await job.tolerate('upload the log', () => sendLog(job, { outcome: 'success' }, { kind: 'tidy' }));
  await keepPrevious(job);
}

function discardOnFailure(job: Job<RestorePlan>) {
  return job.compensations.before({
    name: 'discard what was loaded',
    when: 'failure',
    run: async (failure) => {
      if (failure?.exit === exitCodes.needsPerson) return; // it may be all that is left: nothing is removed
      await job.run('discardLoaded', {});
    },
  });
}
