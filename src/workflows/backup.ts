import { CancellationScope } from '@temporalio/workflow';
import type { Dumped } from '../activities/contract';
import type { JobResult } from '../model/interface-job';
import type { BackupRequest } from '../model/job-request';
import type { BackupPlan } from '../model/plan';
import { cleanSpoolAtEnd, runBeforeHook, sendLog, tellTheEnd } from './aftermath';
import { conduct } from './conduct';
import { bringUp, type Closing, takeDown } from './downtime';
import { jobFailure, thrown } from './failures';
import { Job } from './job';
import { Screen } from './phase';
import { identity, planned } from './planned';
import { planning } from './proxies';
import { readRequest } from './read-input';
import { answerFrom } from './record';

const copiesAnew = 2;

/** Copies a database into the storage and seals the copy. Whatever dies in the middle, the database comes back up. */
export async function backup(input: BackupRequest): Promise<JobResult> {
  const request = readRequest('backup', input);
  const { database } = request;
  const screen = new Screen('backup', database);
  // 1: nothing is touched, and the plan is fixed from here on
  const options = { summary: `plan backup of ${database}` };
  const plan = () => planning.planBackup.executeWithOptions(options, [{ request, ...identity() }]);
  const answer = await planned(screen, 'backup', request, plan);
  if (answer.kind === 'finished') return answerFrom(answer.record);
  return conduct(new Job(answer.plan, screen), request, backUp);
}

async function backUp(job: Job<BackupPlan>): Promise<void> {
  const { plan } = job;
  // 2
  await job.takeHold(plan.holdMode);
  cleanSpoolAtEnd(job);
  // 3
  const checked = await job.run('checkDatabase', {});
  // 4
  const kept = await job.run('checkStorage', { checked });
  job.warnings.push(...(kept?.warnings ?? []));
  tellTheEnd(job, 'run-after-backup');
  // 5
  await runBeforeHook(job, 'run-before-backup');
  // 6, 7, 8, 9, 10
  const { dumped, artefacts } = await copy(job);
  job.warnings.push(...(dumped.warnings ?? []));
  job.warnings.push(...missingTexts(dumped.missing ?? checked.missing));
  // 11
  await uploadLog(job);
  // 12: the point of commitment; what cancels later finds a backup
  job.refuseIfCancelled();
  const downtimeMs = job.gained['downtime-ms'] ?? 0;
  const seal = () => job.run('sealBackup', { checked, dumped, artefacts, downtimeMs });
  const { bytes, storedBytes } = await CancellationScope.nonCancellable(seal);
  Object.assign(job.gained, { bytes, 'stored-bytes': storedBytes });
  // 13: the after-hook, the spool and the hold are registered; see conduct
}

/** A backup that lacks something is a good one of what it has: whoever looks at the result is to know. */
function missingTexts(missing: Dumped['missing'] = []): string[] {
  return missing.map(({ what, reason }) => `the backup lacks ${what}: ${reason}`);
}

interface Copied {
  readonly dumped: Dumped;
  readonly artefacts: Dumped['artefacts'];
}

/** What was staged and is gone, with its host's disk or by a stranger's hand, is copied anew; at most twice. */
async function copy(job: Job<BackupPlan>): Promise<Copied> {
  for (let left = copiesAnew; ; left--) {
    const dumped = await dump(job);
    // 9: beside the upload, which does not wait for it
    const downgraded = job.downgradeHold();
    try {
      // 10
      const artefacts = dumped.staged ? await job.run('uploadArtefacts', { dumped }) : dumped.artefacts;
      await downgraded;
      return { dumped, artefacts };
    } catch (error) {
      const { code, message } = job.readFailure(error);
      if (code !== 'spool-lost' || left === 0) throw error;
      job.warnings.push(`${message}: the copy was made anew`);
    }
    await downgraded;
    await job.retakeHold(job.plan.holdMode);
  }
}

/** Between stop and start there is the copy and nothing else. */
async function dump(job: Job<BackupPlan>): Promise<Dumped> {
  const closing = closingOf(job.plan);
  if (closing === undefined) return job.run('runDump', {});
  // 8, registered before 6
  const up = job.compensations.before({
    name: 'bring the database up',
    when: 'failure',
    run: () => bringUp(job, closing),
  });
  // 6
  await takeDown(job, closing, false);
  // 7
  const dumped = await job.run('runDump', {});
  // 8
  await up.now();
  return dumped;
}

function closingOf({ mode }: BackupPlan): Closing | undefined {
  if (mode === 'online') return undefined;
  return mode === 'offline' ? 'stop' : 'fence';
}

/** A backup whose log is not on the store is no good backup. */
async function uploadLog(job: Job<BackupPlan>): Promise<void> {
  try {
    await sendLog(job, { outcome: 'success' });
  } catch (error) {
    const { message, code } = job.readFailure(error);
    if (code === 'job-cancelled') throw error;
    throw thrown(jobFailure('log-upload-failed', { job: job.plan.jobId, reason: message }));
  }
}
