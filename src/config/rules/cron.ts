interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly words: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, words: [] },
  { name: 'hour', least: 0, most: 23, words: [] },
  { name: 'day of the month', least: 1, most: 31, words: [] },
  { name: 'month', least: 1, most: 12, words: months },
  { name: 'day of the week', least: 0, most: 7, words: days },
];
const macro = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \d+(s|m|h|d))$/;
/** Of February the most that it ever has. */
const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const leastEvery = 60;
const mostEvery = 3_650 * 86_400;

const meanings: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** When a cron text lets something run: at every moment whose five fields all are among these values, or every so many seconds. */
export type CronTimes = { readonly fields: readonly (readonly number[])[] } | { readonly everySeconds: number };

/** What is wrong with a cron text; undefined where nothing is. Zones belong in the key `timezone`. */
export function cronFault(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith('@')) {
    if (macro.test(trimmed)) return intervalFault(trimmed);
    return `"${trimmed.slice(0, 40)}" is none of @hourly, @daily, @weekly, @monthly, @yearly`;
  }
  if (/^(CRON_)?TZ=/.test(trimmed)) return 'give the zone as timezone, not inside cron';
  const parts = trimmed.split(/\s+/);
  if (parts.length !== fields.length) {
    return `"${trimmed.slice(0, 40)}" has ${parts.length} fields: cron takes five (minute, hour, day, month, day of the week)`;
  }
  const wrong = fields.findIndex((field, index) => valuesOf(field, parts[index] ?? '') === undefined);
  if (wrong !== -1) return `"${parts[wrong]?.slice(0, 40)}" is no ${fields[wrong]?.name} of a cron text`;
  return isEver(trimmed) ? undefined : `"${trimmed}" is never: no such month has such a day`;
}

function intervalFault(text: string): string | undefined {
  const times = cronTimes(text);
  if (!('everySeconds' in times) || (times.everySeconds >= leastEvery && times.everySeconds <= mostEvery))
    return undefined;
  return `"${text.slice(0, 40)}" is not between @every 1m and @every 3650d`;
}

/** The day of the week makes no difference: every date is every day of the week at some time. */
function isEver(text: string): boolean {
  const times = cronTimes(text);
  if (!('fields' in times)) return true;
  const [, , days = [], months = []] = times.fields;
  return months.some((month) => days.some((day) => day <= (daysOfMonth[month - 1] ?? 0)));
}

/** Seconds between two runs that are as near to each other as these times come, looking at the hours of one day. */
export function leastPause(times: CronTimes): number {
  if ('everySeconds' in times) return times.everySeconds;
  const [minutes = [], hours = []] = times.fields;
  const ofDay = hours.flatMap((hour) => minutes.map((minute) => 60 * hour + minute)).sort((a, b) => a - b);
  const next = [...ofDay.slice(1), (ofDay[0] ?? 0) + 24 * 60];
  return 60 * Math.min(...ofDay.map((minute, nth) => (next[nth] ?? Number.POSITIVE_INFINITY) - minute));
}

/** The same times give the same answer, however they are written: `@daily` is `0 0 * * *`. For texts without a fault. */
export function cronTimes(text: string): CronTimes {
  const trimmed = text.trim();
  const [, amount, unit = 's'] = /^@every (\d+)(s|m|h|d)$/.exec(trimmed) ?? [];
  if (amount !== undefined) return { everySeconds: Number(amount) * (seconds[unit] ?? 1) };
  const parts = (meanings[trimmed] ?? trimmed).split(/\s+/);
  return { fields: fields.map((field, index) => valuesOf(field, parts[index] ?? '') ?? []) };
}

/** Every value that a field's text stands for, ascending; Sunday, which is 7 too, as 0; undefined where it cannot be read. */
function valuesOf(field: Field, text: string): readonly number[] | undefined {
  const lists = text.split(',').map((entry) => valuesOfEntry(field, entry));
  if (lists.includes(undefined)) return undefined;
  const cyclic = (value: number) => (field.words === days ? value % 7 : value);
  return [...new Set(lists.flatMap((list) => (list ?? []).map(cyclic)))].sort((a, b) => a - b);
}

function valuesOfEntry(field: Field, entry: string): readonly number[] | undefined {
  const [range = '', step, ...rest] = entry.split('/');
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return undefined;
  if (Number(step ?? 1) > field.most - field.least + 1) return undefined; // it would mean its first value alone, which nobody writes so
  const ends = range === '*' ? [field.least, field.most] : range.split('-').map((end) => valueIn(field, end));
  const [from, to = step === undefined ? from : field.most] = ends;
  if (ends.length > 2 || from === undefined || ends.includes(undefined) || to === undefined || from > to)
    return undefined;
  return Array.from(
    { length: Math.floor((to - from) / Number(step ?? 1)) + 1 },
    (_, n) => from + n * Number(step ?? 1),
  );
}

function valueIn({ least, most, words }: Field, text: string): number | undefined {
  const word = words.indexOf(text.toLowerCase());
  if (word !== -1) return word + least;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
