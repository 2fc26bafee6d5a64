import type { OpenUnit } from '../agent/open-unit';
import { failure, HoldfastError } from '../model/errors';

const interruptions = { 'dump-failed': 'dump-interrupted', 'load-failed': 'load-interrupted' } as const;
type Interruptible = keyof typeof interruptions;

/**
 * Tells work that failed because its server went away, in a restart perhaps, as what is worth another try: from the beginning, since what was copied
 * or loaded until then is no whole. `usual` is what such work fails with otherwise.
 */
export async function orInterrupted<T>(
  { engine, context }: Pick<OpenUnit, 'engine' | 'context'>,
  usual: Interruptible,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const known = error.code === 'database-unreachable' || error.code === 'database-unready';
    if (!known && !(error.code === usual && (await engine.isInterrupted(context, error)))) throw error;
    const { tool = 'its session', reason } = error.details;
    throw failure(interruptions[usual], { ...error.details, tool, reason: reason ?? error.message }, error);
  }
}
