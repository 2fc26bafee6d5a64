import type { JobSight, StepSight } from '../../client/watch-job';
import { oneLine } from './printable';
import type { Screen } from './screen';
import { createStatusLine } from './status-line';
import { formatBytes, formatDuration } from './units';

/** Shows a job's way: a bar on a terminal, else a line whenever the phase changes, and every minute. */
export interface JobProgress {
  show(sight: JobSight): void;
  /** Temporal does not answer; may be said again and again. */
  silence(): void;
  stop(): void;
}

const barWidth = 20;
const lineEvery = 60_000;
const silent = 'Temporal does not answer; the job goes on without us, and so do we when it is back';

export function createJobProgress(screen: Screen): JobProgress {
  return screen.canDraw ? createBar(screen) : createLines(screen);
}

function createLines(screen: Screen): JobProgress {
  let last = '';
  let saidAt = 0;
  const say = (topic: string, text: string) => {
    if (topic === last && Date.now() - saidAt < lineEvery) return;
    last = topic;
    saidAt = Date.now();
    screen.note(oneLine(text));
  };
  return {
    show: (sight) => {
      const head = `${sight.jobId}: ${phaseOf(sight)}`;
      const going = head === last.split('\n')[0] ? `  ${describeStep(stepOf(sight))}` : '';
      const trouble = troubleOf(sight);
      say(`${head}\n${trouble}`, `${head}${going}${trouble && `  ${trouble}`}`);
    },
    silence: () => say(silent, silent),
    stop: () => undefined,
  };
}

function createBar(screen: Screen): JobProgress {
  const line = createStatusLine(screen);
  return {
    show: (sight) => {
      const elapsed = formatDuration(Math.max(0, Date.now() - sight.startedAt.getTime()));
      const step = stepOf(sight);
      const parts = [waitOf(sight), barOf(step), describeStep(step), elapsed, troubleOf(sight)];
      line.draw(sight.phase, parts.filter(Boolean).join('  '));
    },
    silence: () => line.draw('…', silent),
    stop: () => line.clear(),
  };
}

/** `pg_dump  120 MiB of 300 MiB  40 MiB/s`. */
export function describeStep(step: StepSight | undefined): string {
  if (!step) return '';
  const { progress } = step;
  if (!progress) return step.step;
  const moved = progress.bytes > 0 ? formatBytes(progress.bytes) : '';
  const total = progress.total ? ` of ${formatBytes(progress.total)}` : '';
  const rate = progress.rate ? `${formatBytes(progress.rate)}/s` : '';
  return [progress.activity ?? step.step, moved && `${moved}${total}`, rate].filter(Boolean).join('  ');
}

/** `████████░░░░░░░░░░░░ 40%`; nothing where the whole is not known. */
function barOf(step: StepSight | undefined): string {
  const { bytes = 0, total = 0 } = step?.progress ?? {};
  if (total <= 0) return '';
  const part = Math.min(bytes / total, 1);
  const filled = Math.round(part * barWidth);
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}${percent}`;
}

function stepOf({ steps }: JobSight): StepSight | undefined {
  return steps.find(({ progress }) => progress) ?? steps[0];
}

/** `dumping`, `waiting for backup of shop (job x)`. */
export function phaseOf(sight: JobSight): string {
  const wait = waitOf(sight);
  return `${sight.phase}${wait && `${sight.phase === 'queued' ? ':' : ''} ${wait}`}`;
}

function waitOf({ phase, waitingFor }: JobSight): string {
  if (phase === 'queued') return 'no control worker has taken it yet';
  return phase === 'waiting' ? `for ${waitingFor ?? 'the lock'}` : '';
}

function troubleOf({ steps }: JobSight): string {
  const step = steps.find(({ lastFailure, attempt }) => lastFailure && attempt > 1);
  return step ? `(${step.step}, attempt ${step.attempt}; before: ${step.lastFailure})` : '';
}
