import { HoldfastFailure } from '../client/holdfast-failure';
import { type ConfigProblem, problemsOf } from '../config/problem';
import { exitCodes, HoldfastError } from '../model/errors';
import type { JobFailure } from '../model/plan';
import type { Screen } from './screen/screen';

/** Prints a failure, as text on stderr or as JSON on stdout, and returns the exit code that belongs to it. */
export function reportFailure(error: unknown, screen: Screen): number {
  const known = asJobFailure(error);
  screen.failure(known, error instanceof HoldfastFailure ? error.result : undefined);
  return known.exit;
}

/** `problems`: every mistake of a configuration, for programs. */
type ReportedFailure = JobFailure & { readonly problems?: readonly ConfigProblem[] };

function asJobFailure(error: unknown): ReportedFailure {
  if (error instanceof HoldfastFailure) return error.failure;
  if (error instanceof HoldfastError) {
    const { code, message, hint, exit } = error;
    const problems = problemsOf(error);
    return { code, message, hint, exit, ...(problems.length > 0 && { problems }) };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const hint = 'this is a defect of Holdfast; report it with the text above, and see: holdfast doctor';
  return { code: 'internal-defect', message, hint, exit: exitCodes.defect };
}
