import { escapeIdentifier, escapeLiteral } from 'pg';
import { failure } from '../../model/errors';
import type { DatabaseProperties } from './portrait';

/** Where a database is to be made. */
export interface Place {
  readonly major: number;
  /** Names of the tablespaces that exist there. */
  readonly tablespaces: readonly string[];
}

/** Statement that makes an empty database like the one described. Throws `backup-incompatible` where the server's version cannot. */
export function creating(name: string, like: DatabaseProperties, place: Place, backup: string): string {
  return [
    `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`,
    `OWNER ${escapeIdentifier(like.owner)}`,
    `ENCODING ${escapeLiteral(like.encoding)}`,
    ...localeOf(like, place.major, backup),
    `LC_COLLATE ${escapeLiteral(like.collate)} LC_CTYPE ${escapeLiteral(like.ctype)}`,
    // the default one named is a right to be had, unnamed it is none
    ...(like.tablespace !== 'pg_default' && place.tablespaces.includes(like.tablespace)
      ? [`TABLESPACE ${escapeIdentifier(like.tablespace)}`]
      : []),
  ].join(' ');
}

function localeOf(like: DatabaseProperties, major: number, backup: string): string[] {
  const provider = like['locale-provider'];
  const since = { libc: 15, icu: 15, builtin: 17 }[provider];
  if (major < since) {
    if (provider === 'libc') return [];
    const reason = `its locale provider "${provider}" needs a server of version ${since} or later, this one is ${major}`;
    throw failure('backup-incompatible', { backup, database: like.name, reason });
  }
  const rules = like['icu-rules'];
  const locale = escapeLiteral(like.locale ?? '');
  if (provider === 'libc') return ['LOCALE_PROVIDER libc'];
  if (provider === 'builtin') return [`LOCALE_PROVIDER builtin BUILTIN_LOCALE ${locale}`];
  return [`LOCALE_PROVIDER icu ICU_LOCALE ${locale}`, ...(rules === null ? [] : [`ICU_RULES ${escapeLiteral(rules)}`])];
}
