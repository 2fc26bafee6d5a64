import type { Session } from '../session';

/** What has an expression with an operator that does not come with the server, besides views; with its text as a dump has it. */
const expressions = `
  SELECT 'trigger ' || quote_ident(t.tgname) || ' of ' || t.tgrelid::regclass AS what, pg_get_triggerdef(t.oid) AS text, d.refobjid
    FROM pg_depend d JOIN pg_trigger t ON t.oid = d.objid WHERE d.classid = 'pg_trigger'::regclass AND d.refclassid = 'pg_operator'::regclass
  UNION SELECT 'constraint ' || quote_ident(k.conname), pg_get_constraintdef(k.oid), d.refobjid
    FROM pg_depend d JOIN pg_constraint k ON k.oid = d.objid WHERE d.classid = 'pg_constraint'::regclass AND d.refclassid = 'pg_operator'::regclass
  UNION SELECT 'index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), d.refobjid
    FROM pg_depend d JOIN pg_index i ON i.indexrelid = d.objid WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_operator'::regclass
  UNION SELECT 'column ' || quote_ident(c.attname) || ' of ' || a.adrelid::regclass, pg_get_expr(a.adbin, a.adrelid), d.refobjid
    FROM pg_depend d JOIN pg_attrdef a ON a.oid = d.objid JOIN pg_attribute c ON c.attrelid = a.adrelid AND c.attnum = a.adnum
    WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_operator'::regclass
  UNION SELECT 'policy ' || quote_ident(p.polname) || ' of ' || p.polrelid::regclass,
      concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)), d.refobjid
    FROM pg_depend d JOIN pg_policy p ON p.oid = d.objid WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_operator'::regclass`;

/** Clauses such as IS DISTINCT FROM imply an operator and cannot name its schema: where that is not the server's own, only a search path leads to it. */
export async function doubtfulOperators(session: Session): Promise<string[]> {
  const rows = await session.query<{ what: string; operator: string }>(
    `SELECT DISTINCT e.what, o.oid::regoperator::text AS operator FROM (${expressions}) e
     JOIN pg_operator o ON o.oid = e.refobjid AND o.oprnamespace <> 'pg_catalog'::regnamespace
     WHERE e.text ~ 'IS (NOT )?DISTINCT FROM|NULLIF\\(|CASE ' ORDER BY 1, 2 LIMIT 100`,
  );
  return rows.map(
    ({ what, operator }) => `${what} implies the operator ${operator}, which only a search path leads to`,
  );
}
