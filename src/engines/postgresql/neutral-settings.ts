type Settings = Readonly<Record<string, string>>;

/**
 * What a server, a database or a role may have set that would end work, change who does it or where it goes, or have a dump read otherwise than it was
 * written. No work of ours runs under them.
 */
const endangering: Settings = {
  role: 'none',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  default_tablespace: '',
  temp_tablespaces: '',
  quote_all_identifiers: 'off',
  array_nulls: 'on',
  transform_null_equals: 'off',
  exit_on_error: 'off',
};

/** The same for what came with a later version, by that: a server that does not know a setting refuses whoever connects with it. */
const since: readonly (readonly [name: string, major: number, value: string])[] = [
  ['idle_session_timeout', 14, '0'],
  ['transaction_timeout', 17, '0'],
];

/** Dumps say these by themselves, or only a superuser may. */
const endangeringToo = new Set([
  'check_function_bodies',
  'client_encoding',
  'default_table_access_method',
  'lc_messages',
  'local_preload_libraries',
  'restrict_nonsystem_relation_kind',
  'row_security',
  'search_path',
  'session_preload_libraries',
  'session_replication_role',
  'temp_file_limit',
]);

/** What our own statements, and the reading of their answers, rest on. The data of a user may rest on other values. */
const reading: Settings = {
  bytea_output: 'hex',
  client_connection_check_interval: '2s',
  datestyle: 'ISO',
  extra_float_digits: '1',
  intervalstyle: 'postgres',
  restrict_nonsystem_relation_kind: '',
  row_security: 'off',
  standard_conforming_strings: 'on',
  timezone: 'UTC',
};

/** `name=value` of each that a tool has to be given for a server of this major version. */
export function neutralForTools(major: number): string[] {
  const newer = since.filter(([, first]) => major >= first).map(([name, , value]) => `${name}=${value}`);
  return [...Object.entries(endangering).map(([name, value]) => `${name}=${value}`), ...newer];
}

/** Statements that set for this session what the server knows of them; statement_timeout stays what it was opened with. */
export function neutralising(): string {
  const { statement_timeout: _, role, ...others } = endangering; // the view lists all settings but the role
  const newer = Object.fromEntries(since.map(([name, , value]) => [name, value]));
  const values = Object.entries({ ...others, ...newer, ...reading, lock_timeout: '10s' });
  return `SET ROLE ${role}; SELECT pg_catalog.set_config('search_path', '', false);
    SELECT set_config(s.name, v.value, false) FROM pg_settings s
      JOIN (VALUES ${values.map(([name, value]) => `('${name}', '${value}')`).join(', ')}) v (name, value) ON lower(s.name) = v.name`;
}

/**
 * Whether a setting of a database is put on the restored one only when its data is in. All others come first, since checks, defaults and the reading of the
 * data may depend on them.
 */
export function endangersLoad(setting: string): boolean {
  const name = setting.toLowerCase();
  return name in endangering || endangeringToo.has(name) || since.some(([newer]) => newer === name);
}
