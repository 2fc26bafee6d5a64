import type { Finding } from '../problem';
import { cronFault } from './cron';
import { ofEachDatabase } from './rule';

/** Each schedule's cron text can be read, as Temporal reads it. */
export const cronReadable = ofEachDatabase(({ database, path }) =>
  database.schedules.flatMap(({ cron }, index): Finding[] => {
    const fault = cron === undefined ? undefined : cronFault(cron);
    return fault === undefined ? [] : [{ path: [...path, 'schedules', index, 'cron'], message: fault }];
  }),
);

/** Each schedule's time zone is known. */
export const timezoneKnown = ofEachDatabase(({ database, path }) =>
  database.schedules.flatMap(({ timezone }, index): Finding[] => {
    if (timezone === undefined || isZone(timezone)) return [];
    const message = `no time zone "${timezone.slice(0, 40)}": write UTC, or a name such as Europe/Berlin`;
    return [{ path: [...path, 'schedules', index, 'timezone'], message }];
  }),
);

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Offsets such as +02:00 are taken here but not by Temporal.
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}
