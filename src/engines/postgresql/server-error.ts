import { conditions } from './conditions';
import { namesIn } from './server-words';

/** What the driver reads off an error of the server. */
interface ServerAnswer extends Error {
  readonly code: string;
  readonly severity?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
  readonly file?: string;
}

/** An error of the server whose message may leave this host. What the server said is its cause, and for the log. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  /** The five characters by which the server names a kind of error. */
  readonly code: string;

  constructor(answer: ServerAnswer) {
    super(tell(answer), { cause: new Error(allOf(answer)) });
    this.code = answer.code;
  }
}

/** An error of the driver without the server's data; every other error stays what it is. */
export function withoutRows(error: unknown): unknown {
  if (error instanceof AggregateError) return new AggregateError(error.errors.map(withoutRows), error.message);
  return isAnswer(error) ? new ServerError(error) : error;
}

function isAnswer(error: unknown): error is ServerAnswer {
  if (!(error instanceof Error) || error instanceof ServerError) return false;
  return 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error;
}

/** What ends a connection comes from the server itself; else its code, and the names of what it was about. */
function tell(answer: ServerAnswer): string {
  const { code, severity, message } = answer;
  const ownWords = severity === 'FATAL' || severity === 'PANIC' ? message.split('\n')[0] : namesIn(message);
  if (ownWords !== undefined && !isOfFunction(answer)) return ownWords;
  const condition = conditions[code] ?? conditions[`${code.slice(0, 2)}000`] ?? 'error';
  return [`${condition} (SQLSTATE ${code})`, ...namesOf(answer)].join(', ');
}

/** Functions may give their errors any code and any name. */
function isOfFunction({ file }: ServerAnswer): boolean {
  return /^pl/.test(file ?? '');
}

function namesOf(answer: ServerAnswer): string[] {
  if (isOfFunction(answer)) return [];
  const { schema, table, column, constraint, where } = answer;
  const whole = table === undefined ? undefined : `table ${schema === undefined ? '' : `${schema}.`}${table}`;
  const line = /^COPY .+?, (line \d+)/.exec(where ?? '')?.[1];
  return [whole, column && `column ${column}`, constraint && `constraint ${constraint}`, line].filter(
    (text) => text !== undefined && text !== '',
  ) as string[];
}

function allOf({ message, detail, hint, where, code }: ServerAnswer): string {
  const parts = [message, detail && `DETAIL: ${detail}`, hint && `HINT: ${hint}`, where && `CONTEXT: ${where}`];
  return `${parts.filter(Boolean).join('; ')} (SQLSTATE ${code})`;
}
