import { Duration } from '../fields';
import type { Finding } from '../problem';
import { cronFault, cronTimes, leastPause } from './cron';
import { ofEachDatabase } from './rule';

/** Each schedule's cron text can be read, as Temporal reads it. */
export const cronReadable = ofEachDatabase(({ database, path }) =>
  database.schedules.flatMap(({ cron }, index): Finding[] => {
    const fault = cron === undefined ? undefined : faultOf(cron);
    return fault === undefined ? [] : [{ path: [...path, 'schedules', index, 'cron'], message: fault }];
  }),
);

/** A run that is put off by chance is over before the next one is due. */
export const jitterIsShort = ofEachDatabase(({ database, path }) =>
  database.schedules.flatMap(({ cron, jitter }, index): Finding[] => {
    if (cron === undefined || jitter === undefined || faultOf(cron) !== undefined) return [];
    const pause = pauseOf(cron);
    if (durationOf(jitter) <= pause * 1_000) return [];
    const message = `is longer than the ${pause} s between two of its runs`;
    return [{ path: [...path, 'schedules', index, 'jitter'], message }];
  }),
);

/** Each schedule's time zone is known. */
export const timezoneKnown = ofEachDatabase(({ database, path }) =>
  database.schedules.flatMap(({ timezone }, index): Finding[] => {
    if (timezone === undefined || isKnownZone(timezone)) return [];
    const message = `no time zone "${timezone.slice(0, 40)}": write UTC, or a name such as Europe/Berlin`;
    return [{ path: [...path, 'schedules', index, 'timezone'], message }];
  }),
);

/** Thousands of schedules have few texts between them, and each takes a while to look at. */
function remembered<T>(look: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.has(text) ? (known.get(text) as T) : look(text);
    if (known.size < mostRemembered) known.set(text, found);
    return found;
  };
}
const mostRemembered = 10_000;
const faultOf = remembered(cronFault);
const pauseOf = remembered((cron) => leastPause(cronTimes(cron)));
const durationOf = remembered((text) => Duration.safeParse(text).data ?? 0);
const isKnownZone = remembered(isZone);

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Offsets such as +02:00 are taken here but not by Temporal.
    return !/^[+-]/.test(name);
  } catch {
    return false;
  }
}
