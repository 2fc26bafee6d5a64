import { patched } from '@temporalio/workflow';
import type { JobResult } from '../model/interface-job';
import type { VerifyRequest } from '../model/job-request';
import { tellLeftOut } from '../model/left-out-text';
import type { VerifyPlan } from '../model/plan';
import { skippedTexts } from '../model/skipped-backups';
import { cleanSpoolAtEnd, sendLog, sendLogOfFailure } from './aftermath';
import { conduct } from './conduct';
import { jobFailure } from './failures';
import { Job } from './job';
import { Screen } from './phase';
import { identity, planned } from './planned';
import { planning } from './proxies';
import { readRequest } from './read-input';
import { answerFrom } from './record';

/** Reads a backup back: every checksum, and the engine's own table of contents. That touches no database, so it takes no hold; loading it for a trial does. */
export async function verify(input: VerifyRequest): Promise<JobResult> {
  const request = readRequest('verify', input);
  const { database } = request;
  const screen = new Screen('verify', database);
  const options = { summary: `plan verification of ${database}` };
  const plan = () => planning.planVerify.executeWithOptions(options, [{ request, ...identity() }]);
  const answer = await planned(screen, 'verify', request, plan);
  if (answer.kind === 'finished') return answerFrom(answer.record);
  return conduct(new Job(answer.plan, screen), request, readBack);
}

async function readBack(job: Job<VerifyPlan>): Promise<void> {
  job.warnings.push(...skippedTexts(job.plan.skipped));
  const tells = patched('verifications-keep-their-log');
  if (tells) {
    cleanSpoolAtEnd(job);
    sendLogOfFailure(job);
  }
  const { bytes, notes } = await job.run('verifyBackup', {});
  Object.assign(job.gained, { bytes, notes });
  if (job.plan.load) await loadForTrial(job, notes);
  if (tells) await job.tolerate('upload the log', () => sendLog(job, { outcome: 'success' }, { kind: 'tidy' }));
}

/** Beside the live data, which others may back up meanwhile, but not restore. */
async function loadForTrial(job: Job<VerifyPlan>, notes: readonly string[]): Promise<void> {
  await job.takeHold('shared');
  const { seconds, bound, warnings = [], leftOut = [], leftOutCount: count = 0 } = await job.run('tryLoad', {});
  job.warnings.push(...warnings);
  const unproved = bound.map((what) => `not proved by a trial, since it works under its own name alone: ${what}`);
  job.gained.notes = [...notes, `loaded and compared in ${seconds} s, and thrown away`, ...unproved];
  if (leftOut.length === 0) return;
  const { database, backupId: backup, jobId } = job.plan;
  job.gained['left-out'] = [...leftOut];
  job.partial = jobFailure('backup-partial', { database, backup, count, reason: tellLeftOut(leftOut), job: jobId });
}
