import type { ScheduleConfig } from '../../config/database-schema';
import type { Config } from '../../config/schema';
import type { BackupRequest } from '../../model/job-request';

/** One schedule as the configuration wants it. */
export interface DesiredSchedule {
  readonly id: string;
  readonly database: string;
  readonly config: ScheduleConfig;
  readonly request: BackupRequest;
}

const prefix = 'holdfast/';

/** The schedules of all databases. Only backups are ever scheduled: a restore never happens by accident. */
export function desiredSchedules(config: Config): DesiredSchedule[] {
  return Object.entries(config.databases).flatMap(([database, { schedules }]) =>
    schedules.map((schedule) => {
      const id = scheduleId(database, schedule.name);
      const request = scheduledRequest(database, schedule);
      return { id, database, config: schedule, request };
    }),
  );
}

export function scheduleId(database: string, name: string): string {
  return `${prefix}${database}/${name}`;
}

export function hasOurPrefix(id: string): boolean {
  return id.startsWith(prefix);
}

function scheduledRequest(database: string, { name, method, mode, storage }: ScheduleConfig): BackupRequest {
  const choices = { method, mode, storage };
  const chosen = Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));
  return { 'job-type': 'backup', database, ...chosen, origin: `schedule:${name}` };
}
