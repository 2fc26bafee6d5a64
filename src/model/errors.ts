import { errorTable } from './error-table';

/** A stable name of one kind of failure; also the `type` of the ApplicationFailure that carries it. */
export type ErrorCode = keyof typeof errorTable;

export interface ErrorEntry {
  /** Exit code of the CLI; see DESIGN section 10. */
  readonly exit: ExitCode;
  /** Whether an activity that failed so is tried again. */
  readonly retried: boolean;
  /** Lowercase, operation first; `{name}` is replaced by the detail of that name. */
  readonly message: string;
  /** What to do next; ends in a command to try. Same placeholders. */
  readonly hint: string;
}

/** The documented exit codes. */
export const exitCodes = {
  done: 0,
  defect: 1,
  usage: 2,
  refused: 3,
  failed: 4,
  needsPerson: 5,
  lockedOut: 6,
  temporal: 7,
  storage: 8,
  partial: 9,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export type ErrorDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/** A failure of a known kind. `message` is for people and holds no secret; `details` are the values it was made from. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly hint: string;
  readonly exit: ExitCode;
  readonly retried: boolean;

  constructor(
    readonly code: ErrorCode,
    readonly details: ErrorDetails,
    options?: { cause?: unknown },
  ) {
    const entry: ErrorEntry = errorTable[code];
    super(fill(entry.message, details), options);
    this.hint = fill(entry.hint, details);
    this.exit = entry.exit;
    this.retried = entry.retried;
  }
}

/** Makes the error of the table with this code; never throws. */
export function failure(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown): HoldfastError {
  return new HoldfastError(code, details, cause === undefined ? undefined : { cause });
}

/** Whether `value` is a code of the table, as read from a failure's type. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTable, value);
}

/** A detail that is empty takes the space before it along: `holdfast list {database}` becomes `holdfast list`. */
function fill(template: string, details: ErrorDetails): string {
  return template.replace(/( ?)\{([a-z-]+)\}/gi, (_, space: string, name: string) => {
    const value = String(details[name] ?? `<${name}>`);
    return value === '' ? '' : space + value;
  });
}
