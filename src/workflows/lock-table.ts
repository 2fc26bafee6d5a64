import type { MutexState } from '../model/hold';

/** The live details of a restore mutex, as Markdown. */
export function lockTable({ lock, holders, waiters }: MutexState, remarks: readonly string[]): string {
  const rows = [
    ...holders.map(({ purpose, jobId, mode, since, token }) => row(purpose, jobId, `holds (${mode})`, since, token)),
    ...waiters.map(({ purpose, jobId, mode, since }) => row(purpose, jobId, `waits (${mode})`, since, '')),
  ];
  const table = ['| who | job | | since | token |', '|---|---|---|---|---|', ...rows];
  const state = rows.length === 0 ? ['nobody holds or waits'] : table;
  return [`**${lock}**`, '', ...state, '', ...remarks.map((remark) => `- ${remark}`)].join('\n');
}

function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}
