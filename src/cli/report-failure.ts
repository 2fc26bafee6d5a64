import { HoldfastFailure } from '../client/holdfast-failure';
import { exitCodes, HoldfastError } from '../model/errors';
import type { JobFailure } from '../model/plan';
import type { Screen } from './screen/screen';

/** Prints a failure, as text on stderr or as JSON on stdout, and returns the exit code that belongs to it. */
export function reportFailure(error: unknown, screen: Screen): number {
  const known = asJobFailure(error);
  screen.failure(known);
  return known.exit;
}

function asJobFailure(error: unknown): JobFailure {
  if (error instanceof HoldfastFailure) return error.failure;
  if (error instanceof HoldfastError)
    return { code: error.code, message: error.message, hint: error.hint, exit: error.exit };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const hint = 'this is a defect of Holdfast; report it with the text above, and see: holdfast doctor';
  return { code: 'internal-defect', message, hint, exit: exitCodes.defect };
}
