import type { Client } from '@temporalio/client';
import { followJob } from '../client/follow-job';
import { HoldfastFailure } from '../client/holdfast-failure';
import type { JobOutcome } from '../client/job-outcome';
import type { AnyRequest } from '../client/job-request-memo';
import { type StartedJob, startJob } from '../client/start-job';
import { isPolled } from '../client/workers-polling';
import type { JobType } from '../model/job-state';
import { controlQueue } from '../model/task-queues';
import { describeOutcome } from './screen/job-outcome';
import { createJobProgress } from './screen/job-progress';
import type { Screen } from './screen/screen';

/** The conventional code of a program that Ctrl-C ended. */
const interrupted = 130;

/** Starts a job and follows it to its end, unless `detach`. */
export async function runJob(
  client: Client,
  type: JobType,
  request: AnyRequest,
  detach: boolean,
  screen: Screen,
): Promise<void> {
  const started = await startJob(client, type, request);
  screen.note(describeStart(started, type));
  if (started.how === 'started') await warnOfNobody(client, screen);
  if (detach) screen.answer(started, `watch it with: holdfast watch ${started.jobId}`);
  else await follow(client, started.jobId, screen);
}

/** Follows a job with a bar or lines; prints its end; rejects with its failure. Ctrl-C detaches and leaves it running. */
export async function follow(client: Client, jobId: string, screen: Screen): Promise<void> {
  const outcome = await followUntilDetached(client, jobId, screen);
  if (outcome) return answerOutcome(outcome, screen);
  screen.answer(
    { 'job-id': jobId, status: 'running' },
    `job ${jobId} goes on without this terminal\n  watch it with:  holdfast watch ${jobId}\n  cancel it with: holdfast cancel ${jobId}`,
  );
  process.exitCode = interrupted;
}

/** Prints a success, throws a failure. */
export function answerOutcome(outcome: JobOutcome, screen: Screen): void {
  if (outcome.status === 'error') throw new HoldfastFailure(outcome.failure);
  screen.answer(outcome.result, describeOutcome(outcome.result, screen.colors));
}

async function followUntilDetached(client: Client, jobId: string, screen: Screen): Promise<JobOutcome | undefined> {
  const detach = new AbortController();
  const onInterrupt = () => detach.abort();
  const progress = createJobProgress(screen);
  process.once('SIGINT', onInterrupt);
  try {
    const { show, silence } = progress;
    return await followJob(client, jobId, { signal: detach.signal, onSight: show, onSilence: silence });
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    progress.stop();
  }
}

async function warnOfNobody(client: Client, screen: Screen): Promise<void> {
  if (await isPolled(client, controlQueue, 'workflows')) return;
  screen.note(
    screen.colors.yellow('no control worker is asking for work: the job waits until one is started, with: holdfast up'),
  );
}

function describeStart({ jobId, how }: StartedJob, type: JobType): string {
  if (how === 'started') return `started ${type} ${jobId}`;
  return how === 'joined' ? `joined ${jobId}, which runs already` : `${jobId} has ended before; this is its result`;
}
