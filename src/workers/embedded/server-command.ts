import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { searchAttributes } from '../../model/search-attributes';
import { dynamicValues, pragmas } from '../../model/server-tuning';

export interface ServerPlace {
  readonly host: string;
  readonly port: number;
  /** undefined for none. */
  readonly uiPort: number | undefined;
  readonly namespace: string;
  /** SQLite file; kept across restarts. */
  readonly dataFile: string;
}

/** Arguments of the program `temporal`. */
export function serverArguments({ host, port, uiPort, namespace, dataFile }: ServerPlace): readonly string[] {
  const ui = uiPort === undefined ? ['--headless'] : ['--ui-ip', host, '--ui-port', String(uiPort)];
  return [
    ...['server', 'start-dev', '--ip', host, '--port', String(port), '--log-level', 'warn', ...ui],
    ...['--db-filename', dataFile, '--namespace', namespace],
    ...Object.values(searchAttributes).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...[...dynamicValues, ...closedDoors()].flatMap((value) => ['--dynamic-config-value', value]),
    ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
  ];
}

/**
 * The server's HTTP port cannot be switched off, and takes what any web page posts. So it answers to a host's name alone that nobody knows, and to
 * Nexus, which goes by another way, not at all.
 */
function closedDoors(): readonly string[] {
  return [`frontend.httpAllowedHosts=["${randomUUID()}.invalid"]`, 'system.enableNexus=false'];
}

/** Nothing of our own environment, where secrets are. */
export function serverEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: homedir(), LANG: 'C.UTF-8', TZ: 'UTC' };
}
