import { patched } from '@temporalio/workflow';
import type { JobResult } from '../model/interface-job';
import type { VerifyRequest } from '../model/job-request';
import type { VerifyPlan } from '../model/plan';
import { skippedTexts } from '../model/skipped-backups';
import { cleanSpoolAtEnd, sendLog, sendLogOfFailure } from './aftermath';
import { conduct } from './conduct';
import { Job } from './job';
import { Screen } from './phase';
import { identity, planned } from './planned';
import { planning } from './proxies';
import { readRequest } from './read-input';
import { answerFrom } from './record';

/** Reads a backup back: every checksum, and the engine's own table of contents. Touches no database, so it takes no hold. */
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
  if (tells) await job.tolerate('upload the log', () => sendLog(job, { outcome: 'success' }, { kind: 'tidy' }));
}
