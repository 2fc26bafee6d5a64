import { setTimeout as sleep } from 'node:timers/promises';
import type { TableFact } from '../../model/manifest';
import type { JobLog } from '../../pipeline/pipeline';
import { wordsOf } from '../../pipeline/words-of';
import type { CountableTable } from './read-structure';
import type { Session } from './session';

/** Counting may take this, whatever the dump takes, in ms … */
const allowance = 500;
/** … and this much of what the dump has taken so far: it must not be felt. */
const share = 0.08;
/** Milliseconds per page until something has been measured. */
const firstPace = 0.01;

/** What counting has cost and may cost; no more comes in once the dump has ended. */
class Budget {
  private spent = 0;
  private pace = firstPace;
  private readonly start = performance.now();

  private end: number | undefined;
  /** Never rejects. */
  readonly closed: Promise<void>;

  constructor(dump: Promise<unknown>) {
    const close = () => {
      this.end = performance.now();
    };
    this.closed = dump.then(close, close);
  }

  get over(): boolean {
    return this.end !== undefined;
  }

  get left(): number {
    return allowance + share * ((this.end ?? performance.now()) - this.start) - this.spent;
  }

  /** Half of what is expected is enough to try: the attempt ends with the budget anyway. */
  affords(table: CountableTable): boolean {
    return this.left >= (Math.max(table.pages, 1) * this.pace) / 2;
  }

  book(table: CountableTable, taken: number): void {
    this.spent += taken;
    if (table.pages > 100) this.pace = taken / table.pages;
  }
}

/**
 * Exact counts, smallest tables first, as long as the budget lasts; it grows while `dump` runs. The rest are the server's estimates. Never rejects for a
 * table that cannot be counted now: a lock that somebody waits for must not fail a backup.
 */
export async function countRows(
  session: Session,
  tables: readonly CountableTable[],
  dump: Promise<unknown>,
  log: JobLog,
): Promise<TableFact[]> {
  const budget = new Budget(dump);
  const facts: TableFact[] = [];
  for (const table of tables) {
    while (!budget.over && !budget.affords(table)) await Promise.race([sleep(100), budget.closed]);
    const rows = budget.affords(table) ? await countWithin(session, table, budget, log) : undefined;
    facts.push({ name: table.name, rows: rows ?? estimateOf(table), exact: rows !== undefined });
  }
  return facts;
}

/** For where nothing can be counted beside the dump. */
export function estimateRows(tables: readonly CountableTable[]): TableFact[] {
  return tables.map((table) => ({ name: table.name, rows: estimateOf(table), exact: false }));
}

async function countWithin(session: Session, table: CountableTable, budget: Budget, log: JobLog) {
  const start = performance.now();
  try {
    await session.query(`SAVEPOINT count; SET LOCAL max_parallel_workers_per_gather = 0;
      SET LOCAL lock_timeout = '50ms'; SET LOCAL statement_timeout = ${Math.ceil(Math.max(budget.left, 100))}`);
    return await countTable(session, table.name);
  } catch (error) {
    log.line('facts', `${table.name} is not counted but estimated: ${wordsOf(error)}`);
    return undefined;
  } finally {
    budget.book(table, performance.now() - start);
    await session.query('ROLLBACK TO SAVEPOINT count').catch(() => {});
  }
}

/** `name` as the server quotes it. */
export async function countTable(session: Session, name: string): Promise<number> {
  const [row] = await session.query<{ rows: string }>(`SELECT count(*)::text AS rows FROM ONLY ${name}`);
  return Number(row?.rows);
}

/** Never vacuumed, never analysed: nobody knows; a page holds some dozens of rows. */
function estimateOf({ estimate, pages }: CountableTable): number {
  return estimate >= 0 ? Math.round(estimate) : pages * 50;
}
