/** What Node's own timers can count; of anything longer they make one millisecond. */
const longestStretch = 2 ** 31 - 1;

export interface LongTimer {
  /** Idempotent, also after it struck. */
  cancel(): void;
}

/** Calls `strike` once, after so many milliseconds, which may be years. It does not keep the process alive: what it limits does. */
export function afterLong(milliseconds: number, strike: () => void): LongTimer {
  const due = performance.now() + milliseconds;
  let timer: NodeJS.Timeout;
  const wait = () => {
    const left = due - performance.now();
    timer = left > longestStretch ? setTimeout(wait, longestStretch) : setTimeout(strike, Math.max(left, 0));
    timer.unref();
  };
  wait();
  return { cancel: () => clearTimeout(timer) };
}

/** A signal that aborts after so many milliseconds, unless it is cancelled before; for limits that the configuration sets. */
export function abortAfter(milliseconds: number, reason: Error): LongTimer & { readonly signal: AbortSignal } {
  const late = new AbortController();
  const timer = afterLong(milliseconds, () => late.abort(reason));
  return { signal: late.signal, cancel: timer.cancel };
}
