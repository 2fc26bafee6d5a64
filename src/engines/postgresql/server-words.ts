import type { Telling } from '../../pipeline/pipeline';

/**
 * How the server begins to speak in a line of a tool: the kind of its message in capitals, in whatever language, a colon and two spaces. What follows may
 * hold rows: values that were refused, texts of functions.
 */
const spoken = /(?:^|:? )(\p{Lu}{3,}):\s{2}(.*)$/su;

/** Kinds of messages that end a connection: they come from the server itself, never from what a statement did. */
const fatal = new Set(['FATAL', 'PANIC']);

const name = String.raw`(?:"[^"]{1,63}"|[\p{L}\p{N}_$.]{1,130})`;
const kind = '[a-z]+(?: [a-z]+)?';

/** Messages that hold names alone, by their English form. */
const ofNames = [
  `permission denied for ${kind} ${name}`,
  `must be (?:superuser|owner of ${kind} ${name}|member of role ${name})`,
  `${kind} ${name} (?:does not exist|already exists|is not available|is not empty)`,
  'canceling statement due to (?:lock timeout|statement timeout|user request|conflict with recovery)',
  `unrecognized configuration parameter ${name}`,
  `insert or update on table ${name} violates foreign key constraint ${name}`,
  `new row for relation ${name} violates check constraint ${name}`,
  `value for domain ${name} violates check constraint ${name}`,
  `(?:duplicate|conflicting) key value violates (?:unique|exclusion) constraint ${name}`,
  `null value in column ${name} of relation ${name} violates not-null constraint`,
  `could not create (?:unique index|exclusion constraint) ${name}`,
  `check constraint ${name} of relation ${name} is violated by some row`,
  `column ${name} of relation ${name} contains null values`,
  `invalid input syntax for type [a-z ]+`,
  'deadlock detected',
  'out of (?:shared )?memory',
  'no space left on device',
  'requested WAL segment [0-9A-F]{24} has already been removed',
  'all replication slots are in use',
  `replication slot ${name} (?:is active for PID [0-9]+|already exists|does not exist)`,
  'number of requested standby connections exceeds max_wal_senders \\(currently [0-9]+\\)',
].map((form) => new RegExp(`^${form}(?=[\\s:]|$)`, 'iu'));

/** Of what the server said, the part that is no data; undefined where that is nothing. */
export function namesIn(text: string): string | undefined {
  const line = text.split('\n')[0] ?? '';
  for (const form of ofNames) {
    const found = form.exec(line)?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a tool said with what the server told it, without the latter's data. */
export function withoutData(text: string): string {
  const said = spoken.exec(text);
  if (said === null) return text;
  const own = text.slice(0, said.index);
  const [, severity = '', words = ''] = said;
  const kept = fatal.has(severity) ? words.split('\n')[0] : namesIn(words);
  return [own, kept && `${severity}: ${kept}`].filter(Boolean).join(': ');
}

/**
 * For tools that speak with a server. Their own words come first and begin with their name; once the server has spoken nothing is told but where in a table's
 * rows it was.
 */
export function serverTool(): Telling {
  let heard = false;
  let table: string | undefined;
  return (line) => {
    if (heard || !/^(?:pg_[a-z]+|vacuumdb): /.test(line)) return positionIn(line, table);
    if (/\b(?:Query|Command|query|command) was: /.test(line)) return undefined;
    heard = spoken.test(line);
    const told = withoutData(line);
    table = /COPY failed for table "(.+)"$/.exec(told)?.[1] ?? table;
    return told;
  };
}

/** `COPY people, line 1, column card: "4111…"`, as far as it is of the table that the tool has named. */
function positionIn(line: string, table: string | undefined): string | undefined {
  const [, named, place] =
    /^(?:CONTEXT: +)?COPY (.+?), (line \d+(?:, column [\p{L}\p{N}_$]{1,63}(?=:))?)/u.exec(line) ?? [];
  return named !== undefined && named === table ? `error at COPY ${named}, ${place}` : undefined;
}
