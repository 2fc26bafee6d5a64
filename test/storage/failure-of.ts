import { HoldfastError } from '../../src/model/errors';

/** The failure of the error table that `promise` rejects with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<HoldfastError> {
  const outcome = await promise.then(
    (value) => new Error(`expected a failure, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof HoldfastError) return outcome;
  throw outcome;
}

/** Its code, for the many tests that need no more. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await failureOf(promise)).code;
}
