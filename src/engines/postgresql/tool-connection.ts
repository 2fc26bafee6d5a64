import type { EngineContext } from '../engine';
import { rootCertificate } from './tls';

/** Arguments by which a tool finds server and database; no secret in them. For tools that take a connection string as --dbname. */
export function connectionArguments(context: EngineContext, database?: string): string[] {
  const { host, port } = context.unit;
  const settings = { host, port, user: context.config.user, ...(database === undefined ? {} : { dbname: database }) };
  const text = Object.entries(settings).map(([name, value]) => `${name}=${quoted(String(value))}`);
  return ['--no-password', `--dbname=${text.join(' ')}`];
}

/** What the role, the database or the server has set for applications must not end a tool's work. */
const forAll = [
  'statement_timeout=0',
  'lock_timeout=0',
  'idle_in_transaction_session_timeout=0',
  'default_transaction_read_only=off',
];

/** Environment of a tool that connects. Holds the password, which no other user of the host can read there. */
export function connectionEnvironment(context: EngineContext, serverSettings: readonly string[] = []) {
  const settings = [...forAll, ...serverSettings].map((setting) => `-c ${setting}`);
  const env: Record<string, string> = {
    PGOPTIONS: settings.join(' '),
    PGAPPNAME: 'holdfast',
    PGCONNECT_TIMEOUT: '10',
    PGSSLMODE: context.config.sslmode,
    PGSSLROOTCERT: rootCertificate(),
  };
  if (context.password !== undefined) env['PGPASSWORD'] = context.password;
  return env;
}

/** In a connection string nothing needs care inside quotes but quotes and backslashes. */
function quoted(value: string): string {
  return `'${value.replaceAll(/[\\']/g, (character) => `\\${character}`)}'`;
}
