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

/** What is wrong with a cron text; undefined where nothing is. Zones belong in the key `timezone`. */
export function cronFault(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith('@')) {
    return macro.test(trimmed) ? undefined : `"${trimmed}" is none of @hourly, @daily, @weekly, @monthly, @yearly`;
  }
  if (/^(CRON_)?TZ=/.test(trimmed)) return 'give the zone as timezone, not inside cron';
  const parts = trimmed.split(/\s+/);
  if (parts.length !== fields.length) {
    return `"${trimmed}" has ${parts.length} fields: cron takes five (minute, hour, day, month, day of the week)`;
  }
  const wrong = fields.findIndex((field, index) => !readable(field, parts[index] ?? ''));
  return wrong === -1 ? undefined : `"${parts[wrong]}" is no ${fields[wrong]?.name} of a cron text`;
}

function readable(field: Field, text: string): boolean {
  return text.split(',').every((entry) => {
    const [range, step, ...rest] = entry.split('/');
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
    if (range === '*') return true;
    const ends = (range ?? '').split('-').map((end) => valueIn(field, end));
    const [from, to = from] = ends;
    return ends.length <= 2 && from !== undefined && to !== undefined && from <= to;
  });
}

function valueIn({ least, most, words }: Field, text: string): number | undefined {
  const word = words.indexOf(text.toLowerCase());
  if (word !== -1) return word + least;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
