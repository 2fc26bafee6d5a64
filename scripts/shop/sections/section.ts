/** One aspect of a database: a query for texts `item` and `value`. The search_path is empty when it runs. */
export interface Section {
  readonly name: string;
  readonly sql: string;
}

/** Schemas that are not PostgreSQL's own, as a condition on a pg_namespace row called `n`. */
export const ours = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** Not part of an extension: those come and go with it, and its version stands for them. */
export function loose(catalogue: string, alias: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = '${catalogue}'::regclass AND e.objid = ${alias}.oid AND e.deptype = 'e')`;
}
