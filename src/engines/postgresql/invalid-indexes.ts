import type { JobLog } from '../../pipeline/pipeline';
import type { Session } from './session';

/** How many are named. */
const named = 10;

/** An index that pg_dump leaves out: left over by CREATE INDEX CONCURRENTLY, or just being built by it. `index` is its oid. */
export const isLeftOut = (index: string) => `EXISTS (SELECT FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
  WHERE i.indexrelid = ${index} AND (NOT i.indisready OR NOT i.indisvalid AND t.relkind <> 'p'))`;

/** Nobody is served by them, but somebody may believe to have them. */
export async function tellInvalidIndexes(session: Session, log: JobLog): Promise<void> {
  const rows = await session.query<{ name: string }>(
    `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'i' AND n.nspname !~ '^pg_' AND ${isLeftOut('c.oid')} ORDER BY 1`,
  );
  for (const { name } of rows.slice(0, named)) {
    log.line(
      'facts',
      `WARNING: the dump leaves out the index ${name}, which is invalid: REINDEX INDEX ${name} mends it`,
    );
  }
  if (rows.length > named) log.line('facts', `WARNING: and ${rows.length - named} more invalid indexes`);
}
