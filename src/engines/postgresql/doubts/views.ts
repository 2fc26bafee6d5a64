import { reasonOf } from '../connection-failure';
import type { Session } from '../session';

/** Views whose text, as a dump has it, the server does not understand any more: it looks up by the search path what a clause implies, and a dump sets none. */
export async function doubtfulViews(session: Session, deadline: number): Promise<string[]> {
  const views = await session.query<{ oid: string; name: string }>(
    `SELECT c.oid::text, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 2`,
  );
  const doubts: string[] = [];
  for (const { oid, name } of views) {
    if (Date.now() > deadline) throw new Error(`time was up at view ${name}`);
    const reason = await whyNot(session, oid);
    if (reason !== undefined) {
      doubts.push(`view ${name} can be made again under a search path at most, if at all: ${reason}`);
    }
  }
  return doubts;
}

/** Parses the view's text and throws the outcome away, with the locks that it took. */
async function whyNot(session: Session, oid: string): Promise<string | undefined> {
  await session.query('SAVEPOINT view');
  try {
    const [row] = await session.query<{ text: string }>('SELECT pg_get_viewdef($1::oid) AS text', [oid]);
    const text = (row?.text ?? '').replace(/;\s*$/, '');
    await session.query(`PREPARE holdfast_view AS ${text}`);
    await session.query('DEALLOCATE holdfast_view');
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    await session.query('ROLLBACK TO SAVEPOINT view');
  }
}
