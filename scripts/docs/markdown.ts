/** The first line of each generated page. */
export const notice = '<!-- Made by: npx tsx scripts/generate-docs.ts. Do not edit. -->';

/** A table; what Markdown would take for a column or for HTML is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function escaped(cell: string): string {
  const parts = cell.split('`');
  const outsideCode = (part: string) => part.replace(/<([\w-]+)>/g, '\\<$1\\>');
  return parts
    .map((part, index) => (index % 2 === 0 ? outsideCode(part) : part))
    .join('`')
    .replaceAll('|', '\\|');
}
