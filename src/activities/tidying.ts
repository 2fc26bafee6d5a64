import { exitCodes, HoldfastError } from '../model/errors';

/**
 * Waits for work that only tidies up on a storage. Resolves to a warning where the storage cannot do it, or does not let us: then what lies there stays. Trouble
 * that passes rejects, and so does everything that is no word of the storage's.
 */
export async function orWarning(tidying: Promise<unknown>): Promise<string | undefined> {
  try {
    await tidying;
    return undefined;
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.exit !== exitCodes.storage || error.retried) throw error;
    return `WARNING: uploads that nobody will complete are not looked for: ${error.message}`;
  }
}
