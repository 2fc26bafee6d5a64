import type { MutexState } from '../model/hold';

/** Rows of holders and of waiters: the Web UI is no place to scroll through thousands, and this is drawn again with every change. */
const mostRows = 20;

/** The live details of a restore mutex, as Markdown. */
export function lockTable({ lock, holders, waiters }: MutexState, remarks: readonly string[]): string {
  const rows = [
    ...holders
      .slice(0, mostRows)
      .map(({ purpose, jobId, mode, since, token }) => row(purpose, jobId, `holds (${mode})`, since, token)),
    ...more(holders.length, 'hold'),
    ...waiters
      .slice(0, mostRows)
      .map(({ purpose, jobId, mode, since }) => row(purpose, jobId, `waits (${mode})`, since, '')),
    ...more(waiters.length, 'wait'),
  ];
  const table = ['| who | job | | since | token |', '|---|---|---|---|---|', ...rows];
  const state = rows.length === 0 ? ['nobody holds or waits'] : table;
  return [`**${lock}**`, '', ...state, '', ...remarks.map((remark) => `- ${remark}`)].join('\n');
}

function more(all: number, what: string): string[] {
  return all > mostRows ? [row(`and ${all - mostRows} more`, '', `${what}`, '', '')] : [];
}

function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}
