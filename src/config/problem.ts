/** One mistake in the configuration: where it stands, and what is wrong. Never holds a value that may be a secret. */
export interface ConfigProblem {
  /** Dotted, as in `databases.shop.units[0].port`; empty where the text itself cannot be read. */
  readonly path: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** A mistake before it is located in the file. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The cause of a `configuration-invalid` failure: every mistake of the file, in its order. */
export class ConfigProblems extends Error {
  override readonly name = 'ConfigProblems';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problemsText(problems));
  }
}

/** The mistakes behind a `configuration-invalid` failure, for `--json`; empty for any other error. */
export function problemsOf(error: unknown): readonly ConfigProblem[] {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof ConfigProblems ? cause.problems : [];
}

/** As a screen can show them; `--json` has them all. */
const mostTold = 200;

/** One mistake on the line itself; more of them below it, one a line. */
export function problemsText(problems: readonly ConfigProblem[]): string {
  const lines = problems.slice(0, mostTold).map(problemText);
  if (problems.length === 1) return lines.join('');
  const more = problems.length > mostTold ? [`and ${problems.length - mostTold} more`] : [];
  return `${problems.length} mistakes${[...lines, ...more].map((line) => `\n  ${line}`).join('')}`;
}

/** `databases.shop.units[0].port`; keys that are no plain words are quoted: `databases["my.db"]`. */
export function dottedPath(path: readonly PropertyKey[]): string {
  return path.map(segment).join('').replace(/^\./, '');
}

function segment(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  const text = String(key);
  return /^[A-Za-z0-9_-]+$/.test(text) ? `.${text}` : `[${quotedKey(text)}]`;
}

/**
 * A key for people. Only its beginning: where the space after a colon is missing (`password:hunter2`) the value has become part of the key.
 */
export function quotedKey(key: string): string {
  const plain = /^[\w. -]{0,60}/.exec(key)?.[0] ?? '';
  return plain.length === key.length ? `"${plain}"` : `"${plain}…"`;
}

function problemText({ path, line, column, message }: ConfigProblem): string {
  if (path === '') return line === undefined ? message : `line ${line}, column ${column}: ${message}`;
  return line === undefined ? `${path}: ${message}` : `${path} (line ${line}): ${message}`;
}
