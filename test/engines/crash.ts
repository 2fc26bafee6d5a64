const crash = { countdown: Number.POSITIVE_INFINITY, after: false };

/** Wraps a step, so that `dying` can make the process "die" before it or right after it. */
export const crashing =
  <A extends unknown[], R>(step: (...args: A) => Promise<R>) =>
  async (...args: A): Promise<R> => {
    crash.countdown -= 1;
    if (crash.countdown === 0 && !crash.after) throw new Error('crash');
    const result = await step(...args);
    if (crash.countdown === 0) throw new Error('crash');
    return result;
  };

/** Runs `work` until its nth step; false if it ended before that. */
export async function dying(step: number, after: boolean, work: () => Promise<unknown>): Promise<boolean> {
  Object.assign(crash, { countdown: step, after });
  try {
    await work();
    return false;
  } catch (error) {
    expect(String(error)).toContain('crash');
    return true;
  } finally {
    crash.countdown = Number.POSITIVE_INFINITY;
  }
}
