import Table from 'cli-table3';
import type { CellResult } from './batch';
import type { Fault } from './fault';
import type { Batch } from './plan';
import { nameOf } from './plan';

interface Row {
  cells: number;
  failed: number;
  seconds: number;
}

/** What has been seen so far, fault by fault. */
export class Report {
  private readonly rows = new Map<string, Row>();
  readonly results: CellResult[] = [];
  private readonly began = Date.now();

  add({ fault }: Batch, results: readonly CellResult[], seconds: number): void {
    const row = this.rows.get(fault.name) ?? { cells: 0, failed: 0, seconds: 0 };
    row.cells += results.length;
    row.failed += failedOf(results).length;
    row.seconds += seconds;
    this.rows.set(fault.name, row);
    this.results.push(...results);
  }

  get good(): boolean {
    return failedOf(this.results).length === 0 && this.rows.size > 0;
  }

  /** The table, and below it every cell that failed and how to run it again. */
  text(faults: readonly Fault[]): string {
    const table = new Table({ head: ['fault', 'cells', 'passed', 'failed', 'time'], style: { head: [], border: [] } });
    for (const { name, title } of faults) {
      const row = this.rows.get(name);
      if (row) table.push([title, row.cells, row.cells - row.failed, row.failed, `${Math.round(row.seconds)} s`]);
    }
    const all = [...this.rows.values()];
    const sum = (key: keyof Row) => all.reduce((total, row) => total + row[key], 0);
    const minutes = ((Date.now() - this.began) / 60_000).toFixed(1);
    table.push(['all', sum('cells'), sum('cells') - sum('failed'), sum('failed'), `${minutes} min in all`]);
    return [table.toString(), ...failedOf(this.results).map(tellFailure)].join('\n');
  }
}

/** Those for which something does not hold. */
export function failedOf(results: readonly CellResult[]): readonly CellResult[] {
  return results.filter(({ wrong }) => wrong.length > 0);
}

/** One failed cell, so that it can be understood and run again. */
export function tellFailure({ cell, jobId, lane, wrong, end }: CellResult): string {
  const lines = wrong.map((sentence) => `    ${sentence}`);
  const again = `    again: npm run test:faults -- --only '${nameOf(cell)}'`;
  return [
    `FAILED ${nameOf(cell)}`,
    `    job ${jobId || '?'} in lane ${lane || '?'} ended: ${end || '?'}`,
    ...lines,
    again,
  ].join('\n');
}
