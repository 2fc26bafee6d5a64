import type { LeftOut } from '../../../model/left-out';
import { reasonOf } from '../connection-failure';
import type { Session } from '../session';
import { type SearchPath, setPath } from './search-paths';

/** A rule that was taken off a table or a domain, so that rows that break it come in. */
interface Rule {
  /** `TABLE name` or `DOMAIN name`, as the server quotes it. */
  readonly owner: string;
  readonly name: string;
  readonly definition: string;
}

/** Checks on these tables, on their parents, which they have them from, and on the domains of their columns. */
const checks = `
  WITH RECURSIVE kin (oid) AS (
    SELECT t::regclass::oid FROM unnest($1::text[]) t UNION SELECT i.inhparent FROM kin JOIN pg_inherits i ON i.inhrelid = kin.oid)
  SELECT 'TABLE ' || k.conrelid::regclass AS owner, quote_ident(k.conname) AS name, pg_get_constraintdef(k.oid) AS definition FROM pg_constraint k
    WHERE k.contype = 'c' AND k.coninhcount = 0 AND k.conrelid IN (SELECT oid FROM kin)
  UNION SELECT 'DOMAIN ' || k.contypid::regtype, quote_ident(k.conname), pg_get_constraintdef(k.oid) FROM pg_constraint k
    JOIN pg_attribute a ON a.atttypid = k.contypid AND NOT a.attisdropped AND a.attrelid IN (SELECT oid FROM kin) WHERE k.contype = 'c'`;

export async function takeChecksOff(session: Session, tables: readonly string[]): Promise<readonly Rule[]> {
  const rules = await session.query<{ owner: string; name: string; definition: string }>(checks, [tables]);
  for (const { owner, name } of rules) await session.query(`ALTER ${owner} DROP CONSTRAINT ${name}`);
  return rules;
}

/** Rules come back as they were where the rows allow it, else for new rows only. Resolves to those that did not come back whole. */
export async function putChecksBack(session: Session, rules: readonly Rule[], path: SearchPath): Promise<LeftOut[]> {
  await setPath(session, path);
  const left: LeftOut[] = [];
  for (const { owner, name, definition } of rules) {
    const adding = `ALTER ${owner} ADD CONSTRAINT ${name} ${definition}`;
    const reason = await failing(session, adding);
    if (reason === undefined) continue;
    const weaker = await failing(session, `${adding} NOT VALID`);
    const what = `constraint ${name} of ${owner.toLowerCase()}`;
    const mend = `ALTER ${owner} VALIDATE CONSTRAINT ${name};`;
    if (weaker === undefined) left.push({ what: `${what} (made NOT VALID)`, reason, statement: adding, mend });
    else left.push({ what, reason, statement: adding, mend: `${adding};` });
  }
  await setPath(session, []);
  return left;
}

/** Generated columns of these tables become plain ones without values: the rows come in, and the columns are to be made anew. */
export async function emptyGenerated(session: Session, tables: readonly string[], reason: string): Promise<LeftOut[]> {
  const columns = await session.query<{ table: string; name: string; type: string; value: string; full: boolean }>(
    `SELECT a.attrelid::regclass::text AS "table", quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS type,
       pg_get_expr(d.adbin, d.adrelid) AS value, a.attnotnull AS full
     FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attgenerated = 's' AND a.attinhcount = 0 AND a.attrelid IN (SELECT t::regclass::oid FROM unnest($1::text[]) t)`,
    [tables],
  );
  const left: LeftOut[] = [];
  for (const { table, name, type, value, full } of columns) {
    const column = `ALTER TABLE ${table} ALTER COLUMN ${name}`;
    const failed = await failing(session, `${column} DROP EXPRESSION${full ? `; ${column} DROP NOT NULL` : ''}`);
    if (failed !== undefined) continue;
    const again = `ADD COLUMN ${name} ${type} GENERATED ALWAYS AS (${value}) STORED${full ? ' NOT NULL' : ''}`;
    const what = `values of the generated column ${name} of ${table}`;
    left.push({ what, reason, mend: `ALTER TABLE ${table} DROP COLUMN ${name}, ${again};` });
  }
  return left;
}

async function failing(session: Session, statement: string): Promise<string | undefined> {
  return session.query(statement).then(() => undefined, reasonOf);
}
