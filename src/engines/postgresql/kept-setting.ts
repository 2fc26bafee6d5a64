import { escapeIdentifier, escapeLiteral } from 'pg';
import type { KeptSetting } from './portrait';

/** Settings whose value is a list of names that the server quotes one by one; as a single text it would become one long name. */
const lists = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

/** `<setting> TO <value>`, for ALTER DATABASE … SET and ALTER ROLE … SET. */
export function settingTo(setting: KeptSetting): string {
  const { name, value } = setting;
  const quotedName = settingName(setting);
  if (!lists.has(name.toLowerCase())) return `${quotedName} TO ${escapeLiteral(value)}`;
  const names = splitNames(value);
  return `${quotedName} TO ${names.length === 0 ? "''" : names.map(escapeLiteral).join(', ')}`;
}

export function settingName({ name }: KeptSetting): string {
  return name.split('.').map(escapeIdentifier).join('.');
}

/** Splits `"$user", public` into its names; quotes are doubled inside of quotes. */
export function splitNames(list: string): string[] {
  return [...list.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,"\s]+))\s*(?:,|$)/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
  );
}
