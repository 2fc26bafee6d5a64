import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { failure } from '../../src/model/errors';

const lookEvery = 10;
/** A shop that is closed is tried again after so many milliseconds. */
const retryAfter = 20;

export interface Visits {
  /** Products looked at. */
  readonly looks: number;
  /** Milliseconds of the longest time without an answer: the downtime as visitors saw it. */
  readonly longestPause: number;
}

/** Someone who looks at products all the time and changes nothing. Resolves after the first answer; `stop` tells what was seen. */
export async function startVisits(database: ClientConfig): Promise<{ stop(): Promise<Visits> }> {
  const seen = { looks: 0, longestPause: 0, last: 0, failures: 0 };
  let open = true;
  const running = (async () => {
    while (open) {
      await visit(database, seen, () => open).catch(() => {
        seen.failures += 1;
      });
      if (open) await sleep(retryAfter);
    }
  })();
  while (seen.looks === 0) {
    await sleep(lookEvery);
    if (seen.failures < 50) continue;
    open = false;
    throw failure('process-failed', { tool: 'visits', reason: 'the shop does not answer' });
  }
  const stop = async () => {
    open = false;
    await running;
    return { looks: seen.looks, longestPause: Math.round(seen.longestPause) };
  };
  return { stop };
}

async function visit(
  database: ClientConfig,
  seen: { looks: number; longestPause: number; last: number },
  open: () => boolean,
): Promise<void> {
  const client = new Client({ connectionTimeoutMillis: 5_000, ...database });
  client.on('error', () => {}); // also shows in the next query
  try {
    await client.connect();
    while (open()) {
      await client.query('SELECT name FROM public.products LIMIT 1');
      const now = performance.now();
      if (seen.looks > 0) seen.longestPause = Math.max(seen.longestPause, now - seen.last);
      Object.assign(seen, { last: now, looks: seen.looks + 1 });
      await sleep(lookEvery);
    }
  } finally {
    await client.end().catch(() => {});
  }
}
