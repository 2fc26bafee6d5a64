import Table from 'cli-table3';
import { oneLine } from './printable';

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/**
 * Columns that line up, with nothing drawn around them, a line per row, so that lines can be cut and grepped. On a terminal where such a line would
 * take more than two, each row is a few lines of its own instead.
 */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const cells = rows.map((row) => row.map((cell) => oneLine(cell)));
  const table = new Table({
    head: [...head],
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...cells);
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  if (Math.max(...lines.map((line) => line.length)) <= 2 * width) return lines.join('\n');
  return cells.map((row) => asLines(head, row)).join('\n\n');
}

/** A line per cell that holds something. */
function asLines(head: readonly string[], row: readonly string[]): string {
  const widest = Math.max(...head.map((name) => name.length));
  const lines = row.map((cell, index) => cell && `${(head[index] ?? '').padEnd(widest)}  ${cell}`);
  return lines.filter(Boolean).join('\n');
}
