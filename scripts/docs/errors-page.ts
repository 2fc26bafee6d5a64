import { errorTable } from '../../src/model/error-table';
import type { ErrorEntry, ExitCode } from '../../src/model/errors';
import { notice, table } from './markdown';

const meanings: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'a defect of Holdfast',
  2: 'wrong usage or configuration',
  3: 'refused by a check; nothing was touched',
  4: 'failed; the database is as before',
  5: 'failed; the database needs a person',
  6: 'locked out by another job',
  7: 'Temporal cannot be reached or used',
  8: 'the storage cannot be used',
  9: 'done in part: what did not come back, or would not, is told with what mends it',
};

/** docs/errors.md: the exit codes, and under each the failures that end in it. */
export function errorsPage(): string {
  const exits = Object.entries(meanings).map(([exit, meaning]) => [exit, meaning]);
  const sections = Object.entries(meanings).map(([exit, meaning]) => section(Number(exit), meaning));
  return `${notice}
# Errors and exit codes

Every failure has a code, which does not change between versions. It is the \`type\` of the failure in Temporal's history, the \`code\` that
\`--json\` prints, and what decides whether a step is tried again. The exit code of a command is an interface too:

${table(['exit code', 'meaning'], exits)}

A command that follows a job ends with the job's own exit code. Ctrl-C leaves the job running and says how to watch or cancel it. Words in
\`<angle brackets>\` below stand for what is filled in; no message ever holds a secret. "Tried again" means that Temporal tries the step
again by itself, since the cause may pass.
${sections.join('')}`;
}

function section(exit: number, meaning: string): string {
  const entries: [string, ErrorEntry][] = Object.entries(errorTable);
  const rows = entries
    .filter(([, entry]) => entry.exit === exit)
    .map(([code, { message, hint, retried }]) => [
      `\`${code}\``,
      filled(message),
      retried ? 'yes' : 'no',
      filled(hint),
    ]);
  if (rows.length === 0) return '';
  const head = ['code', 'message', 'tried again', 'what to do'];
  return `\n## ${exit}: ${meaning}\n\n${table(head, rows)}\n`;
}

function filled(template: string): string {
  return template.replace(/\{([a-z-]+)\}/gi, '<$1>');
}
