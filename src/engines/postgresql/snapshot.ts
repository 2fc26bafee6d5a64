import type { Session } from './session';

/**
 * Makes the session see one moment of the database until its transaction ends, and lets other connections see it too meanwhile. Resolves to the name by
 * which they ask for it.
 */
export async function beginSnapshot(session: Session): Promise<string> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  const [row] = await session.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
  if (row === undefined) throw new Error('the server exported no snapshot');
  return row.id;
}
