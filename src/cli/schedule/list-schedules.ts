import { readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { type ExistingSchedule, existingSchedules } from '../../client/schedules/existing';
import type { CliContext } from '../command';
import { publicNames } from '../public-names';
import { formatTable } from '../screen/table';
import { formatTime } from '../screen/units';

/** Our schedules with their next and last runs. */
export async function listSchedules({ screen, configPath }: CliContext): Promise<void> {
  const { config } = await readConfig(configPath);
  const { ours } = await withTemporal(config, (client) => existingSchedules(client));
  const shown = ours.map(({ id, paused, note, nextRun, lastRun, lastJob, dropped }) => ({
    schedule: id,
    paused,
    note: paused ? note : undefined,
    nextRun: paused ? undefined : nextRun,
    lastRun,
    lastJob,
    dropped,
  }));
  const text = ours.length
    ? describe(ours, screen.width)
    : 'no schedules; make those of the configuration with: holdfast schedule apply';
  screen.answer(publicNames(shown), text);
}

function describe(schedules: readonly ExistingSchedule[], width: number): string {
  const head = ['schedule', 'state', 'next run', 'last run', 'last job', 'note'];
  const rows = schedules.map((schedule) => [
    schedule.id,
    schedule.paused ? 'paused' : 'active',
    schedule.paused ? '' : formatTime(schedule.nextRun),
    formatTime(schedule.lastRun),
    schedule.lastJob ?? '',
    noteOf(schedule),
  ]);
  return formatTable(head, rows, width);
}

function noteOf({ paused, note, dropped }: ExistingSchedule): string {
  const missed = dropped > 0 ? `${dropped} runs dropped: later than catch-up` : '';
  return [paused ? note : '', missed].filter(Boolean).join('; ');
}
