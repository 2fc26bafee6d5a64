import { ours, type Section } from './section';

const from = 'FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace';

/** Tables, views, and what hangs on them; the rows themselves are read elsewhere. */
export const relationSections: readonly Section[] = [
  {
    name: 'relation',
    sql: `SELECT c.oid::regclass::text AS item, jsonb_strip_nulls(jsonb_build_object('kind', c.relkind, 'persistence', c.relpersistence,
        'options', c.reloptions, 'toast options', (SELECT t.reloptions FROM pg_class t WHERE t.oid = c.reltoastrelid),
        'partition key', pg_get_partkeydef(c.oid), 'partition', pg_get_expr(c.relpartbound, c.oid),
        'parents', (SELECT array_agg(inhparent::regclass::text ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid),
        'row security', c.relrowsecurity, 'forced', c.relforcerowsecurity, 'replica identity', c.relreplident,
        'access method', (SELECT amname FROM pg_am WHERE oid = c.relam), 'tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace),
        'of type', nullif(c.reloftype, 0)::regtype, 'populated', c.relispopulated))::text AS value
      ${from} WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND ${ours}`,
  },
  {
    name: 'column',
    // pg_attver is the server's own mark of when the column came to be (Debian's 15.20 has it); pg_dump leaves it out too
    sql: `SELECT format('%s.%I', a.attrelid::regclass, a.attname) AS item, jsonb_strip_nulls(jsonb_build_object(
        'position', row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), 'type', format_type(a.atttypid, a.atttypmod),
        'not null', a.attnotnull, 'default', pg_get_expr(d.adbin, d.adrelid), 'generated', a.attgenerated, 'identity', a.attidentity,
        'collation', nullif(a.attcollation, 0)::regcollation, 'storage', a.attstorage, 'compression', to_jsonb(a) -> 'attcompression',
        'statistics', nullif(a.attstattarget, -1), 'options', (SELECT array_agg(o ORDER BY o) FROM unnest(a.attoptions) o
          WHERE o !~ '^pg_attver='), 'foreign options', a.attfdwoptions))::text AS value
      ${from} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND ${ours}`,
  },
  {
    name: 'constraint',
    // a foreign key's copies on partitions get names by order of creation: the one they were copied from stands for them
    sql: `SELECT format('%I on %s', k.conname, CASE WHEN k.conrelid <> 0 THEN k.conrelid::regclass::text ELSE k.contypid::regtype::text END) AS item,
        concat(pg_get_constraintdef(k.oid), CASE WHEN k.connoinherit AND k.contype = 'c' THEN ' no inherit' END) AS value
      FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
      WHERE ${ours} AND k.contype <> 't' AND NOT (k.contype = 'f' AND k.conparentid <> 0)`,
  },
  {
    name: 'index',
    sql: `SELECT i.indexrelid::regclass::text AS item, concat_ws(' ', pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN 'INVALID' END,
        CASE WHEN i.indisclustered THEN 'CLUSTERED' END, CASE WHEN i.indisreplident THEN 'REPLICA IDENTITY' END,
        (SELECT 'in ' || spcname FROM pg_tablespace WHERE oid = c.reltablespace),
        (SELECT string_agg(format('statistics %s=%s', attnum, attstattarget), ' ') FROM pg_attribute WHERE attrelid = c.oid AND attstattarget > 0)) AS value
      ${from} JOIN pg_index i ON i.indexrelid = c.oid WHERE ${ours}`,
  },
  {
    name: 'trigger',
    sql: `SELECT format('%I on %s', t.tgname, t.tgrelid::regclass) AS item, concat(pg_get_triggerdef(t.oid), ' enabled: ', t.tgenabled) AS value
      ${from} JOIN pg_trigger t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal AND ${ours}`,
  },
  {
    name: 'policy',
    sql: `SELECT format('%I on %s', p.polname, p.polrelid::regclass) AS item, jsonb_build_object('command', p.polcmd, 'permissive', p.polpermissive,
        'roles', (SELECT array_agg(CASE r WHEN 0 THEN 'everyone' ELSE r::regrole::text END ORDER BY 1) FROM unnest(p.polroles) r),
        'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))::text AS value FROM pg_policy p`,
  },
  {
    name: 'view',
    sql: `SELECT c.oid::regclass::text AS item, pg_get_viewdef(c.oid) AS value ${from} WHERE c.relkind IN ('v', 'm') AND ${ours}`,
  },
  {
    name: 'rule',
    sql: `SELECT format('%I on %s', r.rulename, r.ev_class::regclass) AS item, concat(pg_get_ruledef(r.oid), ' enabled: ', r.ev_enabled) AS value
      ${from} JOIN pg_rewrite r ON r.ev_class = c.oid WHERE r.rulename <> '_RETURN' AND ${ours}`,
  },
  {
    name: 'sequence',
    sql: `SELECT s.seqrelid::regclass::text AS item, format('%s, owned by %s', to_jsonb(s) - '{seqrelid,seqtypid}'::text[] || jsonb_build_object('type',
        s.seqtypid::regtype), (SELECT string_agg(format('%s.%s %s', refobjid::regclass, refobjsubid, deptype), ' ') FROM (SELECT d.refobjid, d.deptype,
        (SELECT attname FROM pg_attribute a WHERE a.attrelid = d.refobjid AND a.attnum = d.refobjsubid) AS refobjsubid FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass) o)) AS value
      ${from} JOIN pg_sequence s ON s.seqrelid = c.oid WHERE ${ours}`,
  },
];
