import type { EngineContext } from '../engine';
import { neutralForTools } from './neutral-settings';
import { plainWords } from './server-sight';
import { rootCertificate } from './tls';

/** Arguments by which a tool finds server and database; no secret in them. For tools that take a connection string as --dbname. */
export function connectionArguments(context: EngineContext, database?: string): string[] {
  const { host, port } = context.unit;
  const settings = { host, port, user: context.config.user, ...(database === undefined ? {} : { dbname: database }) };
  const text = Object.entries(settings).map(([name, value]) => `${name}=${quoted(String(value))}`);
  return ['--no-password', `--dbname=${text.join(' ')}`];
}

/** A mark may be longer than a server takes for the name of applications, which it remarks on at every connection. */
const quiet = 'client_min_messages=warning';

/** Environment of a tool that connects to a server of a major version. Holds the password, which no other user of the host can read there. */
export function connectionEnvironment(context: EngineContext, major: number, serverSettings: readonly string[] = []) {
  const settings = [...neutralForTools(major), quiet, ...plainWords(context), ...serverSettings].map(
    (setting) => `-c ${optionOf(setting)}`,
  );
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

/** In PGOPTIONS a space ends an option, unless it comes after a backslash. */
function optionOf(setting: string): string {
  return setting.replaceAll(/[\\\s]/g, (character) => `\\${character}`);
}
