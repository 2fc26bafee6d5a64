import { withoutData } from '../server-words';

/** One thing that pg_restore tried in vain. */
export interface FailedStatement {
  /** What it sent to the server; undefined where rows of a table came in and were refused. */
  readonly statement: string | undefined;
  /** What the server answered, on one line: to be judged by and logged, since it may hold rows. */
  readonly reason: string;
  /** What of it may be told. */
  readonly told: string;
  /** Whether libpq said, on a line of its own, that the connection is gone: the server's last words before it may be of any language. */
  readonly lost?: boolean;
}

/** How pg_restore's own words begin; several of its processes write to one pipe, each word by itself, so that beginnings may mix. */
const prefix = /^(?:pg_restore: (?:pg_restore: |error: )*|error: (?=could not execute query: |COPY failed for ))/;
const query = 'could not execute query: ';
const command = 'Command was: ';

/**
 * Reads off pg_restore's stderr which statements failed. It tells of each in several lines: what the server said, then the statement as it was sent, which
 * ends where pg_restore speaks again.
 */
export class FailureReader {
  private readonly read: { told: string; reason: string[]; statement: string[] | undefined; lost: boolean }[] = [];
  private open = false;
  /** Whether it said at its end that it went on after failures, and did not stop at the last one. */
  wentOn = false;

  readonly line = (line: string): void => {
    const own = prefix.exec(line)?.[0];
    if (own === undefined) this.goOn(line);
    else this.begin(line.slice(own.length), own.includes('error: '));
  };

  get failed(): readonly FailedStatement[] {
    const known = this.read.filter(({ statement }) => !isUnknownSetting(statement?.join('\n').trim()));
    return known.map(({ told, reason, statement, lost }) => ({
      told,
      statement: statement?.join('\n').trim(),
      reason: reason.join(' ').replaceAll(/\s+/g, ' ').trim(),
      ...(lost ? { lost } : {}),
    }));
  }

  private goOn(line: string): void {
    const last = this.read.at(-1);
    if (!this.open || last === undefined) return;
    last.lost ||= line === 'server closed the connection unexpectedly';
    if (last.statement !== undefined) last.statement.push(line);
    else if (line.startsWith(command)) last.statement = [line.slice(command.length)];
    else last.reason.push(line);
  }

  private begin(text: string, isError: boolean): void {
    this.open = isError;
    this.wentOn ||= /^warning: errors ignored on restore: \d+$/.test(text);
    if (!isError) return;
    const reason = text.startsWith(query) ? text.slice(query.length) : text;
    this.read.push({ told: tell(text), reason: [reason], statement: undefined, lost: false });
  }
}

const inTheLog = 'for a reason that is in the log';

/** What it says itself is known; a function of the database may have written anything else, line by line. */
function tell(text: string): string {
  const own = /^(?:could not execute query|COPY failed for table ".{1,130}?")(?=: |$)/.exec(text)?.[0];
  const told = withoutData(text);
  if (own === undefined || told === text) return inTheLog;
  return told === own ? `${own} ${inTheLog}` : told;
}

/** What a newer pg_restore sets for its own sessions, and an older server does not know: nothing of the data depends on it. */
function isUnknownSetting(statement: string | undefined): boolean {
  return statement === 'SET transaction_timeout = 0;';
}

/** Whether rows of a table did not come in. */
export function isRows({ statement, reason }: Pick<FailedStatement, 'statement' | 'reason'>): boolean {
  return statement === undefined
    ? reason.startsWith('COPY failed for table ')
    : /^COPY .+ FROM stdin;$/s.test(statement);
}

/** Whether pg_restore's own connection was lost. What a foreign server said comes through ours, as an error like any other. */
export function isOwnLost({ reason, lost }: FailedStatement): boolean {
  return (
    lost === true ||
    /^(COPY failed for table ".*?": )?(FATAL|PANIC):|^error returned by PQputCopy|^(server closed the connection|no connection to the server|connection not open|SSL )|^could not (receive|send) data/.test(
      reason,
    )
  );
}
