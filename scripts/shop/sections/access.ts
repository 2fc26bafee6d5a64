import type { Section } from './section';

interface Kind {
  readonly catalogue: string;
  /** Columns with the access list and the owner. */
  readonly list: string;
  readonly owner: string;
  /** The letter that acldefault knows the kind by. */
  readonly letter: string;
  readonly condition?: string;
}

/** Every kind of object with an access list. pg_dump does not tell whose the multirange type was that came with a range. */
const kinds: readonly Kind[] = [
  {
    catalogue: 'pg_class',
    list: 'relacl',
    owner: 'relowner',
    letter: `CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char"`,
    condition: `relkind NOT IN ('i', 'I', 't', 'c')`,
  },
  {
    catalogue: 'pg_type',
    list: 'typacl',
    owner: 'typowner',
    letter: `'T'`,
    condition: `typelem = 0 AND typtype <> 'm'
      AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = typrelid AND c.relkind <> 'c')`,
  },
  {
    catalogue: 'pg_namespace',
    list: 'nspacl',
    owner: 'nspowner',
    letter: `'n'`,
    condition: `nspname !~ '^pg_(toast|temp)'`,
  },
  { catalogue: 'pg_proc', list: 'proacl', owner: 'proowner', letter: `'f'` },
  { catalogue: 'pg_language', list: 'lanacl', owner: 'lanowner', letter: `'l'` },
  { catalogue: 'pg_foreign_data_wrapper', list: 'fdwacl', owner: 'fdwowner', letter: `'F'` },
  { catalogue: 'pg_foreign_server', list: 'srvacl', owner: 'srvowner', letter: `'S'` },
];

/** A list that is absent means the default one; PostgreSQL's own objects count only where the list is there. */
const ofObjects = kinds.map(
  ({ catalogue, list, owner, letter, condition = 'true' }) => `
    SELECT identified.type || ' ' || identified.identity, coalesce(${list}, acldefault(${letter}, ${owner}))
    FROM pg_catalog.${catalogue} o, pg_identify_object('${catalogue}'::regclass, o.oid, 0) identified
    WHERE (o.oid >= 16384 OR ${list} IS NOT NULL) AND ${condition}`,
);

const others = [
  `SELECT 'database', coalesce(datacl, acldefault('d', datdba))
    FROM pg_database WHERE datname = current_database()`,
  `SELECT 'tablespace ' || spcname, coalesce(spcacl, acldefault('t', spcowner))
    FROM pg_tablespace WHERE spcname !~ '^pg_'`,
  `SELECT 'large object ' || oid, coalesce(lomacl, acldefault('L', lomowner))
    FROM pg_largeobject_metadata`,
  `SELECT format('column %s.%I', attrelid::regclass, attname), attacl
    FROM pg_attribute WHERE attacl IS NOT NULL AND NOT attisdropped AND attrelid >= 16384`,
  `SELECT format('future %s of %s in %s',
      CASE defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
        WHEN 'T' THEN 'types' ELSE 'schemas' END,
      defaclrole::regrole,
      CASE defaclnamespace WHEN 0 THEN 'any schema' ELSE defaclnamespace::regnamespace::text END), defaclacl
    FROM pg_default_acl`,
];

/** Who may do what, and who owns what. */
export const accessSections: readonly Section[] = [
  {
    name: 'grant',
    sql: `SELECT format('on %s to %s', object, CASE grantee WHEN 0 THEN 'everyone' ELSE grantee::regrole::text END)
          AS item,
        string_agg(privilege_type || CASE WHEN is_grantable THEN '*' ELSE '' END || ' by ' || grantor::regrole,
          ', ' ORDER BY privilege_type, grantor::regrole::text) AS value
      FROM (${[...ofObjects, ...others].join(' UNION ALL ')}) o (object, list), aclexplode(list)
      GROUP BY 1`,
  },
  {
    name: 'server parameter grant',
    // by way of XML, because PostgreSQL before 15 has no such catalogue
    sql: `SELECT 'all' AS item, query_to_xml(
        'SELECT parname, paracl::text FROM pg_catalog.pg_parameter_acl ORDER BY 1', true, true, '')::text AS value
      WHERE to_regclass('pg_catalog.pg_parameter_acl') IS NOT NULL`,
  },
  {
    name: 'owner',
    // the superuser that initdb made is not written down: what is missing here is its
    sql: `SELECT DISTINCT o.type || ' ' || o.identity AS item, s.refobjid::regrole::text AS value
      FROM pg_shdepend s, pg_identify_object(s.classid, s.objid, s.objsubid) o
      WHERE s.deptype = 'o' AND s.refclassid = 'pg_authid'::regclass AND o.identity !~ '^pg_(toast|temp)'
        AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND NOT (s.classid = 'pg_type'::regclass
          AND EXISTS (SELECT FROM pg_type t WHERE t.oid = s.objid AND t.typtype = 'm'))`,
  },
];
