import { loose, ours, type Section } from './section';

/** Kinds of object whose names hold numbers, or that have a section with details. */
const elsewhere = [
  'pg_class',
  'pg_constraint',
  'pg_trigger',
  'pg_attrdef',
  'pg_rewrite',
  'pg_default_acl',
  'pg_policy',
  'pg_publication_rel',
];

/** What is neither a relation nor hangs on one. */
export const objectSections: readonly Section[] = [
  {
    name: 'object',
    // everything that depends on something: kinds that no section describes are at least seen to be there
    sql: `SELECT DISTINCT o.type || ' ' || o.identity AS item, 'exists' AS value
      FROM pg_depend d, pg_identify_object(d.classid, d.objid, 0) o
      WHERE d.objid >= 16384 AND d.classid <> ALL ('{${elsewhere.join(',')}}'::regclass[])
        AND o.identity !~ '^pg_(toast|temp)'`,
  },
  {
    name: 'schema',
    sql: `SELECT nspname AS item, 'exists' AS value FROM pg_namespace n WHERE ${ours}`,
  },
  {
    name: 'extension',
    sql: `SELECT extname AS item,
        format('%s in %s, configuration %s', extversion, extnamespace::regnamespace, extconfig::regclass[]) AS value
      FROM pg_extension`,
  },
  {
    name: 'type',
    sql: `SELECT t.oid::regtype::text AS item, jsonb_strip_nulls(jsonb_build_object(
        'kind', t.typtype,
        'of', format_type(nullif(t.typbasetype, 0), t.typtypmod),
        'not null', t.typnotnull,
        'default', t.typdefault,
        'collation', nullif(t.typcollation, 0)::regcollation,
        'labels', (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
        'range', (SELECT jsonb_build_object(
            'subtype', rngsubtype::regtype,
            'collation', rngcollation::regcollation,
            'canonical', rngcanonical,
            'difference', rngsubdiff,
            'class', (pg_identify_object('pg_opclass'::regclass, rngsubopc, 0)).identity)
          FROM pg_range WHERE rngtypid = t.oid)))::text AS value
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE ${ours} AND ${loose('pg_type', 't')} AND t.typtype NOT IN ('c', 'p') AND t.typcategory <> 'A'`,
  },
  {
    name: 'event trigger',
    sql: `SELECT evtname AS item,
        format('%s calls %s when %s enabled: %s', evtevent, evtfoid::regprocedure, evttags, evtenabled) AS value
      FROM pg_event_trigger`,
  },
  {
    name: 'collation',
    sql: `SELECT c.oid::regcollation::text AS item,
        (to_jsonb(c) - '{oid,collname,collnamespace,collowner,collversion}'::text[])::text AS value
      FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
      WHERE ${ours}`,
  },
  {
    name: 'text search',
    sql: `SELECT format('%s %s', m.mapcfg::regconfig, m.maptokentype) AS item,
        string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS value
      FROM pg_ts_config_map m WHERE m.mapcfg >= 16384 GROUP BY 1
      UNION ALL SELECT 'dictionary ' || oid::regdictionary, concat(dictinitoption) FROM pg_ts_dict WHERE oid >= 16384`,
  },
  {
    name: 'publication',
    sql: `SELECT pubname AS item, (to_jsonb(p) - '{oid,pubname,pubowner}'::text[])::text AS value FROM pg_publication p
      UNION ALL SELECT format('%s of %I.%I', pubname, schemaname, tablename), to_jsonb(t)::text
      FROM pg_publication_tables t`,
  },
  {
    name: 'subscription',
    sql: `SELECT subname AS item,
        format('%s %s %s %s', subenabled, subslotname, subpublications, md5(subconninfo)) AS value
      FROM pg_subscription
      WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  },
  {
    name: 'foreign server',
    sql: `SELECT 'wrapper ' || fdwname AS item,
        format('%s %s %s', fdwhandler::regproc, fdwvalidator::regproc, fdwoptions) AS value
      FROM pg_foreign_data_wrapper
      UNION ALL SELECT srvname, format('%s %s %s', srvtype, srvversion, srvoptions) FROM pg_foreign_server
      UNION ALL SELECT format('%s as %s', srvname, usename), concat(md5(umoptions::text)) FROM pg_user_mappings
      UNION ALL SELECT ftrelid::regclass::text, concat(ftoptions) FROM pg_foreign_table`,
  },
  {
    name: 'comment',
    // of PostgreSQL's own objects only schemas: pg_dump keeps no others
    sql: `SELECT o.type || ' ' || o.identity AS item, d.description AS value
      FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) o
      WHERE d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass
      UNION ALL SELECT 'role ' || a.rolname, d.description
      FROM pg_shdescription d JOIN pg_authid a ON a.oid = d.objoid WHERE d.classoid = 'pg_authid'::regclass`,
  },
  {
    name: 'security label',
    sql: `SELECT format('%s %s %s', objtype, objname, provider) AS item, label AS value
      FROM pg_seclabels WHERE objtype <> 'database'`,
  },
];
