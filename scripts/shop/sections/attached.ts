import { ours, type Section } from './section';

const from = 'FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace';

/** What hangs on tables and views. */
export const attachedSections: readonly Section[] = [
  {
    name: 'constraint',
    // a foreign key's copies on partitions get names by order of creation: the one they come from stands for them
    sql: `SELECT format('%I on %s', k.conname,
          CASE WHEN k.conrelid <> 0 THEN k.conrelid::regclass::text ELSE k.contypid::regtype::text END) AS item,
        concat(pg_get_constraintdef(k.oid), CASE WHEN k.connoinherit AND k.contype = 'c' THEN ' no inherit' END)
          AS value
      FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
      WHERE ${ours} AND k.contype <> 't' AND NOT (k.contype = 'f' AND k.conparentid <> 0)`,
  },
  {
    name: 'index',
    sql: `SELECT i.indexrelid::regclass::text AS item, concat_ws(' ',
        pg_get_indexdef(i.indexrelid),
        CASE WHEN NOT i.indisvalid THEN 'INVALID' END,
        CASE WHEN i.indisclustered THEN 'CLUSTERED' END,
        CASE WHEN i.indisreplident THEN 'REPLICA IDENTITY' END,
        (SELECT 'in ' || spcname FROM pg_tablespace WHERE oid = c.reltablespace),
        (SELECT string_agg(format('statistics %s=%s', attnum, attstattarget), ' ')
          FROM pg_attribute WHERE attrelid = c.oid AND attstattarget > 0)) AS value
      ${from}
      JOIN pg_index i ON i.indexrelid = c.oid
      WHERE ${ours}`,
  },
  {
    name: 'trigger',
    sql: `SELECT format('%I on %s', t.tgname, t.tgrelid::regclass) AS item,
        concat(pg_get_triggerdef(t.oid), ' enabled: ', t.tgenabled) AS value
      ${from}
      JOIN pg_trigger t ON t.tgrelid = c.oid
      WHERE NOT t.tgisinternal AND ${ours}`,
  },
  {
    name: 'rule',
    sql: `SELECT format('%I on %s', r.rulename, r.ev_class::regclass) AS item,
        concat(pg_get_ruledef(r.oid), ' enabled: ', r.ev_enabled) AS value
      ${from}
      JOIN pg_rewrite r ON r.ev_class = c.oid
      WHERE r.rulename <> '_RETURN' AND ${ours}`,
  },
  {
    name: 'policy',
    sql: `SELECT format('%I on %s', p.polname, p.polrelid::regclass) AS item, jsonb_build_object(
        'command', p.polcmd,
        'permissive', p.polpermissive,
        'roles', (SELECT array_agg(name ORDER BY name) FROM unnest(p.polroles) r,
          LATERAL (SELECT CASE r WHEN 0 THEN 'everyone' ELSE r::regrole::text END AS name) named),
        'using', pg_get_expr(p.polqual, p.polrelid),
        'check', pg_get_expr(p.polwithcheck, p.polrelid))::text AS value
      FROM pg_policy p`,
  },
  {
    name: 'statistics',
    sql: `SELECT format('%s.%I', s.stxnamespace::regnamespace, s.stxname) AS item,
        concat(pg_get_statisticsobjdef(s.oid), ' target ', nullif(s.stxstattarget, -1)) AS value
      FROM pg_statistic_ext s`,
  },
];
