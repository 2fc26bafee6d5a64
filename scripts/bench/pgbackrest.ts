import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresServer } from '../servers/postgres';
import { runTool } from '../servers/run-tool';
import type { S3Server } from '../servers/s3';
import { lookUpUser } from './user';

export interface PgBackRest {
  /** `tuned` bundles small files and compresses with level 1. */
  backup(tuned: boolean): Promise<void>;
  /** Into a new folder. */
  restore(tuned: boolean, folder: string): Promise<void>;
}

/** pgBackRest over the same server and store, as the server's own user; undefined where it is not installed. */
export async function openPgBackRest(
  folder: string,
  postgres: PostgresServer,
  s3: S3Server,
): Promise<PgBackRest | undefined> {
  const installed = await runTool('pgbackrest', ['version']).catch(() => undefined);
  if (!installed) return undefined;
  const home = join(folder, 'pgbackrest');
  const { uid, gid } = await lookUpUser(postgres.owner);
  for (const path of [home, join(home, 'log'), join(home, 'spool'), join(home, 'lock')]) {
    await mkdir(path, { recursive: true });
    await chown(path, uid, gid);
  }
  const config = join(home, 'pgbackrest.conf');
  await writeFile(config, configText(home, postgres, s3), { mode: 0o600 });
  await chown(config, uid, gid);
  const call = (tuned: boolean, ...args: string[]) =>
    runTool('pgbackrest', [`--config=${config}`, `--stanza=${tuned ? 'tuned' : 'plain'}`, ...args], {
      user: postgres.owner,
      env: { PGHOST: postgres.socketDirectory },
    });
  for (const tuned of [false, true]) await call(tuned, 'stanza-create');
  return {
    backup: async (tuned) => void (await call(tuned, '--type=full', '--no-archive-check', 'backup')),
    restore: async (tuned, target) => {
      await mkdir(target, { mode: 0o700 });
      await chown(target, uid, gid);
      await call(tuned, `--pg1-path=${target}`, '--type=none', 'restore');
    },
  };
}

function configText(home: string, postgres: PostgresServer, s3: S3Server): string {
  const { host, port } = new URL(s3.endpoint);
  const stanza = (name: string) =>
    `[${name}]\npg1-path=${postgres.dataDirectory}\npg1-port=${postgres.port}\npg1-socket-path=${postgres.socketDirectory}\npg1-user=postgres\n`;
  return `[global]
repo1-type=s3
repo1-path=/pgbackrest
repo1-s3-bucket=backups
repo1-s3-endpoint=${host.split(':')[0]}
repo1-storage-port=${port}
repo1-s3-region=${s3.region}
repo1-s3-key=${s3.accessKey}
repo1-s3-key-secret=${s3.secretKey}
repo1-s3-uri-style=path
repo1-storage-verify-tls=n
repo1-retention-full=9
compress-type=zst
compress-level=3
process-max=2
start-fast=y
log-level-console=error
log-level-stderr=error
log-path=${join(home, 'log')}
spool-path=${join(home, 'spool')}
lock-path=${join(home, 'lock')}

${stanza('plain')}
${stanza('tuned')}repo1-bundle=y
compress-level=1
`;
}
