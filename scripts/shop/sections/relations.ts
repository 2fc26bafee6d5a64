import { ours, type Section } from './section';

const from = 'FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace';

/** Tables, views, and their columns; the rows themselves are read elsewhere. */
export const relationSections: readonly Section[] = [
  {
    name: 'relation',
    sql: `SELECT c.oid::regclass::text AS item, jsonb_strip_nulls(jsonb_build_object(
        'kind', c.relkind,
        'persistence', c.relpersistence,
        'options', c.reloptions,
        'toast options', (SELECT t.reloptions FROM pg_class t WHERE t.oid = c.reltoastrelid),
        'partition key', pg_get_partkeydef(c.oid),
        'partition', pg_get_expr(c.relpartbound, c.oid),
        'parents', (SELECT array_agg(inhparent::regclass::text ORDER BY inhseqno)
          FROM pg_inherits WHERE inhrelid = c.oid),
        'row security', c.relrowsecurity,
        'forced', c.relforcerowsecurity,
        'replica identity', c.relreplident,
        'access method', (SELECT amname FROM pg_am WHERE oid = c.relam),
        'tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace),
        'of type', nullif(c.reloftype, 0)::regtype,
        'populated', c.relispopulated))::text AS value
      ${from}
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND ${ours}`,
  },
  {
    name: 'column',
    // pg_attver is the server's own mark on a column (Debian's 15.20 makes it); pg_dump leaves it out too
    sql: `SELECT format('%s.%I', a.attrelid::regclass, a.attname) AS item, jsonb_strip_nulls(jsonb_build_object(
        'position', row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum),
        'type', format_type(a.atttypid, a.atttypmod),
        'not null', a.attnotnull,
        'default', pg_get_expr(d.adbin, d.adrelid),
        'generated', a.attgenerated,
        'identity', a.attidentity,
        'collation', nullif(a.attcollation, 0)::regcollation,
        'storage', a.attstorage,
        'compression', to_jsonb(a) -> 'attcompression',
        'statistics', nullif(a.attstattarget, -1),
        'options', (SELECT array_agg(o ORDER BY o) FROM unnest(a.attoptions) o WHERE o !~ '^pg_attver='),
        'foreign options', a.attfdwoptions))::text AS value
      ${from}
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND ${ours}`,
  },
  {
    name: 'view',
    sql: `SELECT c.oid::regclass::text AS item, pg_get_viewdef(c.oid) AS value
      ${from}
      WHERE c.relkind IN ('v', 'm') AND ${ours}`,
  },
  {
    name: 'sequence',
    sql: `SELECT s.seqrelid::regclass::text AS item, format('%s, %s, owned by %s',
        s.seqtypid::regtype,
        to_jsonb(s) - '{seqrelid,seqtypid}'::text[],
        (SELECT string_agg(format('%s.%s %s', d.refobjid::regclass, a.attname, d.deptype), ' ')
          FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
            AND d.refclassid = 'pg_class'::regclass)) AS value
      ${from}
      JOIN pg_sequence s ON s.seqrelid = c.oid
      WHERE ${ours}`,
  },
];
