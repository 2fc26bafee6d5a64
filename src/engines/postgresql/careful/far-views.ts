import type { Session } from '../session';

/** Whether a materialised view reads a foreign table, be it through other views. `name` as the server quotes it. */
export async function isFarView(session: Session, name: string): Promise<boolean> {
  const [row] = await session.query<{ far: boolean }>(
    `WITH RECURSIVE read (oid) AS (
       SELECT to_regclass($1)::oid
       UNION SELECT next.oid FROM read, LATERAL (
         SELECT d.refobjid AS oid FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
           WHERE r.ev_class = read.oid AND d.refclassid = 'pg_class'::regclass
         UNION ALL SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = read.oid) next)
     SELECT EXISTS (SELECT FROM read JOIN pg_class c ON c.oid = read.oid WHERE c.relkind = 'f') AS far`,
    [name],
  );
  return row?.far ?? false;
}
