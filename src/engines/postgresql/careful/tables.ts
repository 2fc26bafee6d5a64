import type { Session } from '../session';

/** A table's rows in a dump. */
export interface TableEntry {
  /** Line of the table of contents. */
  readonly line: string;
  /** As the server quotes it; undefined where the table is not there. */
  readonly table: string | undefined;
  /** As the table of contents has it: schema and name. */
  readonly title: string;
}

/** `3340; 0 16385 TABLE DATA public orders postgres` */
const pattern = /^\d+; \d+ \d+ TABLE DATA (.+)$/;

/** Of the tables whose rows a dump has, those that are empty or missing here: a table's rows come in all together or not at all. */
export async function unfilled(session: Session, lines: readonly string[]): Promise<TableEntry[]> {
  const entries = lines.flatMap((line) => {
    const words = pattern.exec(line)?.[1];
    return words === undefined ? [] : [{ line, words }];
  });
  const rows = await session.query<{ words: string; table: string | null; title: string | null }>(
    `SELECT DISTINCT ON (w.words) w.words, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "table", n.nspname || '.' || c.relname AS title
     FROM unnest($1::text[]) w (words) LEFT JOIN (pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND c.relkind IN ('r', 'p'))
       ON starts_with(w.words, n.nspname || ' ' || c.relname || ' ')
     ORDER BY w.words, length(n.nspname || c.relname) DESC`,
    [entries.map(({ words }) => words)],
  );
  const found = new Map(rows.map((row) => [row.words, row]));
  const open: TableEntry[] = [];
  for (const { line, words } of entries) {
    const { table = null, title = null } = found.get(words) ?? {};
    if (table !== null && (await hasRows(session, table))) continue;
    open.push({ line, table: table ?? undefined, title: title ?? words });
  }
  return open;
}

async function hasRows(session: Session, table: string): Promise<boolean> {
  const [row] = await session.query<{ some: boolean }>(`SELECT EXISTS (SELECT FROM ONLY ${table}) AS some`);
  return row?.some ?? false;
}
