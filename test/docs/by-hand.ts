import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PostgresServer } from '../../scripts/servers/postgres';
import { runTool } from '../../scripts/servers/run-tool';
import { script } from './page-commands';

export interface Situation {
  readonly server: PostgresServer;
  /** Where the person works; made if it is not there. */
  readonly folder: string;
  /** What the page asks to be set. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Follows blocks of the page in one shell, as a person would who stops at the first command that fails. Resolves to what they printed; rejects
 * where one fails.
 */
export async function followByHand(situation: Situation, ...blocks: readonly string[]): Promise<string> {
  const { server, folder, settings } = situation;
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'commands.sh');
  await writeFile(file, `set -eu\ncd '${folder}'\n${script(...blocks)}`);
  const env = {
    PATH: `${server.binDirectory}:${process.env['PATH']}`,
    HOME: folder,
    OWNER: server.owner,
    PGHOST: '127.0.0.1',
    PGPORT: String(server.port),
    PGUSER: 'postgres',
    PGPASSWORD: server.superuserPassword,
    ...settings,
  };
  return (await runTool('sh', [file], { env })).stdout;
}
