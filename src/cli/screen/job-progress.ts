import { Presets, SingleBar } from 'cli-progress';
import type { JobSight, StepSight } from '../../client/watch-job';
import type { Screen } from './screen';
import { formatBytes } from './units';

/** Shows a job's way: a bar on a terminal, else a line whenever the phase changes. */
export interface JobProgress {
  show(sight: JobSight): void;
  /** Temporal is silent: said once per silence. */
  silence(reason: string): void;
  stop(): void;
}

export function createJobProgress(screen: Screen): JobProgress {
  return screen.interactive ? createBar(screen) : createLines(screen);
}

function createLines(screen: Screen): JobProgress {
  let last = '';
  const say = (text: string) => {
    if (text !== last) screen.note(text);
    last = text;
  };
  return {
    show: (sight) => say(`${sight.jobId}: ${sight.phase ?? 'queued'}${troubles(sight)}`),
    silence: (reason) => say(`Temporal does not answer, the job goes on without us: ${reason}`),
    stop: () => undefined,
  };
}

function createBar(screen: Screen): JobProgress {
  const format = `${screen.colors.cyan('{phase}')} {bar} {what}`;
  const bar = new SingleBar(
    { format, clearOnComplete: true, hideCursor: true, barsize: 24, stream: process.stderr, gracefulExit: false },
    Presets.rect,
  );
  bar.start(1, 0, { phase: 'queued'.padEnd(10), what: '' });
  return {
    show: (sight) => {
      const step = sight.steps.find(({ progress }) => progress) ?? sight.steps[0];
      const total = step?.progress?.total;
      bar.setTotal(total ?? 1);
      const done = total ? Math.min(step?.progress?.bytes ?? 0, total) : 0;
      bar.update(done, { phase: (sight.phase ?? 'queued').padEnd(10), what: describeStep(step) + troubles(sight) });
    },
    silence: () => bar.update({ what: screen.colors.yellow('Temporal does not answer; the job goes on') }),
    stop: () => bar.stop(),
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

function troubles({ steps }: JobSight): string {
  const step = steps.find(({ lastFailure, attempt }) => lastFailure && attempt > 1);
  return step ? ` (${step.step}, attempt ${step.attempt}: ${step.lastFailure})` : '';
}
