import type { Client } from '@temporalio/client';
import { followJob } from '../client/follow-job';
import { HoldfastFailure } from '../client/holdfast-failure';
import type { JobOutcome } from '../client/job-outcome';
import type { AnyRequest } from '../client/job-request-memo';
import { newJobId, type StartedJob, startJob } from '../client/start-job';
import { isPolled } from '../client/workers-polling';
import { exitCodes } from '../model/errors';
import type { JobType } from '../model/job-state';
import { controlQueue } from '../model/task-queues';
import { catchInterrupt, type Interrupt } from './interrupt';
import { publicNames } from './public-names';
import { describeOutcome } from './screen/job-outcome';
import { createJobProgress } from './screen/job-progress';
import type { Screen } from './screen/screen';

/** Starts a job and follows it to its end, unless `detach`. */
export async function runJob(
  client: Client,
  type: JobType,
  request: AnyRequest,
  detach: boolean,
  screen: Screen,
): Promise<void> {
  // An id of our own making, too, is known before anything starts: who interrupts us in that moment is told it.
  const jobId = request['job-id'] ?? newJobId(type, request.database);
  const interrupt = catchInterrupt();
  try {
    const started = await startJob(client, type, { ...request, 'job-id': jobId });
    screen.note(describeStart(started, type));
    if (started.how === 'started') await warnOfNobody(client, screen);
    if (detach) screen.answer(publicNames(started), `watch it with: holdfast watch ${jobId}`);
    else await followUntil(interrupt, client, jobId, screen);
  } finally {
    interrupt.release();
  }
}

/** Follows a job with a bar or lines; prints its end; rejects with its failure. Ctrl-C detaches and leaves it running. */
export async function follow(client: Client, jobId: string, screen: Screen): Promise<void> {
  const interrupt = catchInterrupt();
  try {
    await followUntil(interrupt, client, jobId, screen);
  } finally {
    interrupt.release();
  }
}

/** Prints a success, throws a failure. */
export function answerOutcome(outcome: JobOutcome, screen: Screen): void {
  if (outcome.status === 'error') answerFailure(outcome, screen);
  else screen.answer(outcome.result, describeOutcome(outcome.result, screen.colors));
}

/** What was done in part is answered like what was done, under its own exit code. */
function answerFailure({ failure, result }: JobOutcome & { status: 'error' }, screen: Screen): void {
  if (failure.exit !== exitCodes.partial || result === undefined) throw new HoldfastFailure(failure, result);
  screen.answer(result, describeOutcome(result, screen.colors));
  process.exitCode = failure.exit;
}

async function followUntil(interrupt: Interrupt, client: Client, jobId: string, screen: Screen): Promise<void> {
  const progress = createJobProgress(screen);
  const { show: onSight, silence: onSilence, stop } = progress;
  const outcome = await followJob(client, jobId, { signal: interrupt.signal, onSight, onSilence }).finally(stop);
  if (outcome) return answerOutcome(outcome, screen);
  screen.answer({ 'job-id': jobId, status: 'running' }, describeDetached(jobId));
  process.exitCode = interrupt.code;
}

async function warnOfNobody(client: Client, screen: Screen): Promise<void> {
  if (await isPolled(client, controlQueue, 'workflows').catch(() => true)) return;
  const text = 'no control worker is asking for work: the job waits until one is started, with: holdfast up';
  screen.note(screen.colors.yellow(text));
}

function describeStart({ jobId, how }: StartedJob, type: JobType): string {
  if (how === 'started') return `started ${type} ${jobId}`;
  return how === 'joined' ? `joined ${jobId}, which runs already` : `${jobId} has ended before; this is its result`;
}

function describeDetached(jobId: string): string {
  return [
    `job ${jobId} goes on without this terminal`,
    `  watch it with:  holdfast watch ${jobId}`,
    `  cancel it with: holdfast cancel ${jobId}`,
  ].join('\n');
}
