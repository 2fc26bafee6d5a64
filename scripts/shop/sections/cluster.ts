import type { Section } from './section';

/** What belongs to the whole server, and to the database as such. The database's own name appears nowhere. */
export const clusterSections: readonly Section[] = [
  {
    name: 'role',
    sql: `SELECT rolname AS item, ((to_jsonb(a) - '{oid,rolname,rolpassword}'::text[]) || jsonb_build_object(
        'password digest', encode(sha256(convert_to(rolpassword, 'UTF8')), 'hex')))::text AS value
      FROM pg_authid a
      WHERE rolname !~ '^pg_'`,
  },
  {
    name: 'membership',
    sql: `SELECT format('%s in %s', m.member::regrole, m.roleid::regrole) AS item,
        string_agg(
          format('%s by %s', to_jsonb(m) - '{oid,roleid,member,grantor}'::text[], m.grantor::regrole),
          ', ' ORDER BY m.grantor::regrole::text) AS value
      FROM pg_auth_members m
      WHERE m.member >= 16384
      GROUP BY m.member, m.roleid`,
  },
  {
    name: 'setting',
    sql: `SELECT format('%s of %s in %s',
          split_part(setting, '=', 1),
          CASE WHEN setrole = 0 THEN 'everyone' ELSE setrole::regrole::text END,
          CASE WHEN setdatabase = 0 THEN 'every database' ELSE 'this database' END) AS item,
        substr(setting, strpos(setting, '=') + 1) AS value
      FROM pg_db_role_setting, unnest(setconfig) setting
      WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))`,
  },
  {
    name: 'server setting',
    sql: `SELECT name AS item, setting AS value FROM pg_file_settings WHERE sourcefile LIKE '%postgresql.auto.conf'`,
  },
  {
    name: 'database',
    // the version of its collation follows the operating system, not the backup
    sql: `SELECT key AS item, value
      FROM pg_database d, jsonb_each_text((to_jsonb(d) - ARRAY['oid', 'datname', 'datdba', 'dattablespace', 'datacl',
          'datfrozenxid', 'datminmxid', 'datlastsysoid', 'datcollversion']) || jsonb_build_object(
        'owner', d.datdba::regrole,
        'encoding', pg_encoding_to_char(d.encoding),
        'tablespace', (SELECT spcname FROM pg_tablespace t WHERE t.oid = d.dattablespace),
        'comment', shobj_description(d.oid, 'pg_database')))
      WHERE d.datname = current_database() AND value IS NOT NULL`,
  },
  {
    name: 'tablespace',
    sql: `SELECT spcname AS item,
        format('%s, owner %s, options %s', pg_tablespace_location(oid), spcowner::regrole, spcoptions) AS value
      FROM pg_tablespace
      WHERE spcname !~ '^pg_'`,
  },
];
