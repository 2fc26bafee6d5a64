import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { failure } from '../../src/model/errors';
import { abandonOrder, placeOrder, type Range, restock } from './place-order';

export interface WritesOptions {
  /** Transactions a second that are aimed at, in all sessions together; 40 if absent. */
  readonly perSecond?: number;
  /** Connections; 2 if absent. */
  readonly sessions?: number;
}

export interface WritesReport {
  /** Committed transactions. */
  readonly transactions: number;
  /** Numbers of the orders whose commit was acknowledged: a database that lost one of them lost data. */
  readonly orders: readonly string[];
  /** Transactions that failed, and connections that were refused, while the database was away. */
  readonly failures: number;
  readonly lastFailure: string | undefined;
  /** Milliseconds of the longest time without a commit: the downtime as customers see it. */
  readonly longestPause: number;
}

export interface Writes {
  /** What happened until now. */
  report(): WritesReport;
  /** Lets the transactions under way end, and disconnects. Idempotent. */
  stop(): Promise<WritesReport>;
}

/** A database that cannot be reached is asked again after so many milliseconds. */
const retryAfter = 50;

/**
 * Customers who order while backups run. Resolves after the first commit. The role needs no more than shop_app has. A
 * database that goes away is
 * waited for, however long.
 */
export async function startWrites(database: ClientConfig, options: WritesOptions = {}): Promise<Writes> {
  const { perSecond = 40, sessions = 2 } = options;
  const tally = new Tally();
  let open = true;
  const session = async () => {
    while (open) {
      const failed = await serve(database, tally, (sessions / perSecond) * 1000, () => open);
      if (failed && open) await sleep(retryAfter);
    }
  };
  const running = Promise.all(Array.from({ length: sessions }, session));
  let last: WritesReport | undefined;
  const stop = async () => {
    open = false;
    await running;
    last ??= tally.report();
    return last;
  };
  while (tally.transactions === 0) {
    if (tally.failures > 20) {
      const { lastFailure } = await stop();
      throw failure('process-failed', { tool: 'shop writes', reason: lastFailure });
    }
    await sleep(10);
  }
  return { report: () => last ?? tally.report(), stop };
}

/** One connection's life. Resolves to whether it ended by a failure. */
async function serve(database: ClientConfig, tally: Tally, pause: number, open: () => boolean): Promise<boolean> {
  const client = new Client({ connectionTimeoutMillis: 5_000, ...database });
  client.on('error', () => {}); // also shows in the next query
  try {
    await client.connect();
    const range = await readRange(client);
    for (let turn = 0; open(); turn += 1) {
      const due = Date.now() + pause;
      await oneTransaction(client, range, turn, tally);
      await sleep(Math.max(0, due - Date.now()));
    }
    return false;
  } catch (error) {
    tally.failed(error);
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}

async function oneTransaction(client: Client, range: Range, turn: number, tally: Tally): Promise<void> {
  if (turn % 10 === 9) {
    await restock(client, range);
    return tally.committed();
  }
  if (turn % 10 === 4) return abandonOrder(client, range);
  tally.committed(await placeOrder(client, range));
}

async function readRange(client: Client): Promise<Range> {
  const { rows } = await client.query<Range>(
    `SELECT (SELECT count(*)::integer FROM customers) AS customers,
      (SELECT count(*)::integer FROM products) AS products`,
  );
  return rows[0] ?? { customers: 0, products: 0 };
}

class Tally {
  transactions = 0;
  failures = 0;
  private readonly orders: string[] = [];
  private lastFailure: string | undefined;
  private lastCommit: number | undefined;
  private longestPause = 0;

  committed(order?: string): void {
    this.longestPause = Math.max(this.longestPause, this.pauseUntilNow());
    this.lastCommit = performance.now();
    this.transactions += 1;
    if (order !== undefined) this.orders.push(order);
  }

  failed(error: unknown): void {
    this.failures += 1;
    this.lastFailure = error instanceof Error ? error.message : String(error);
  }

  report(): WritesReport {
    const { transactions, failures, lastFailure } = this;
    return {
      transactions,
      failures,
      lastFailure,
      orders: [...this.orders],
      longestPause: Math.round(this.longestPause),
    };
  }

  private pauseUntilNow(): number {
    return this.lastCommit === undefined ? 0 : performance.now() - this.lastCommit;
  }
}
