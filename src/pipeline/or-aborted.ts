/** Waits for work that knows nothing of the signal, no longer than until it aborts; then rejects with its reason, and the work goes on by itself. */
export async function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => {}); // what it comes to when nobody waits any more is nobody's failure
  signal.throwIfAborted();
  let tell: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    tell = () => reject(signal.reason);
    signal.addEventListener('abort', tell, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', tell);
  }
}
