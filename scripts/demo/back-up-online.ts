import { failure } from '../../src/model/errors';
import { waitUntil } from '../servers/wait-until';
import { startWrites, type WritesReport } from '../shop/writes';
import { bytes, counted, duration, timeOf } from './figures';
import type { Scene } from './scene';

/** Longer than this nobody may have waited for an order: a dump takes no lock that an order needs. Generous, for a busy machine. */
const longestWait = 3_000;
const moreOrders = 20;

/** Numbers of the orders around a backup, by when the customers knew that they were placed. */
export interface OrdersAround {
  readonly backup: string;
  readonly before: readonly string[];
  readonly during: readonly string[];
  readonly after: readonly string[];
}

/** A logical backup while customers order. Rejects if an order failed or one of them waited for long. */
export async function backUpOnline({ narrator, jobs, till }: Scene): Promise<OrdersAround> {
  narrator.heading('Backups of a running shop');
  const writes = await startWrites(till);
  try {
    await someMoreOrders(writes.report);
    const before = writes.report().orders;
    const result = await narrator.step(
      'backing up while customers order',
      () => jobs.run('backup while customers order', 'backup shop --job-id shop-while-customers-order'),
      (done) =>
        `backed up online in ${duration(timeOf(done))}: ${bytes(done.bytes ?? 0)} of dump, compressed and streamed`,
    );
    const until = writes.report().orders.length;
    await someMoreOrders(writes.report);
    const seen = await writes.stop();
    narrator.command('holdfast backup shop');
    narrator.detail(judge(seen));
    const during = seen.orders.slice(before.length, until);
    return { backup: String(result['backup-id']), before, during, after: seen.orders.slice(until) };
  } finally {
    await writes.stop();
  }
}

function someMoreOrders(report: () => WritesReport): Promise<void> {
  const wanted = report().orders.length + moreOrders;
  return waitUntil('shop writes', 'served', 30_000, () => report().orders.length >= wanted);
}

function judge({ orders, failures, lastFailure, longestPause }: WritesReport): string {
  const told = `${counted(orders.length)} orders meanwhile, ${failures} failed, the longest wait was ${longestPause} ms`;
  if (failures === 0 && longestPause <= longestWait) return told;
  throw failure('process-failed', { tool: 'shop during an online backup', reason: `${told} ${lastFailure ?? ''}` });
}
