/** Waits until each has ended, however, so that none works on behind its caller's back. Rejects with the failure of the first in the list that failed. */
export async function allEnded<T extends readonly unknown[]>(works: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  for (const end of await Promise.allSettled(works)) if (end.status === 'rejected') throw end.reason;
  return (await Promise.all(works)) as unknown as T;
}
