import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineContext } from '../engine';
import { dataDirectory } from './data-directory';
import { maintenanceName } from './names';
import { withSession } from './session';

interface Bonds {
  readonly standbys: readonly string[];
  readonly synchronous: string;
}

/** What is bound to the live server and will not be to the restored one, for people. Nothing of it keeps a restore from being done. */
export async function bondsOf(context: EngineContext): Promise<string[]> {
  const live = await dataDirectory(context);
  const slots = await readdir(join(live, 'pg_replslot')).catch(() => []);
  const { standbys, synchronous } = await readBonds(context);
  return [
    ...(slots.length === 0
      ? []
      : [
          `replication slots ${listed(slots)} of the live server are not in the restored one: make them anew for those who need them`,
        ]),
    ...(standbys.length === 0
      ? []
      : [
          `standbys ${listed(standbys)} follow the live server and cannot follow the restored one, which is in their past: make them anew`,
        ]),
    ...(synchronous === ''
      ? []
      : [
          `synchronous_standby_names is "${synchronous}": commits wait until standbys follow the restored server; until then take it back with: ALTER SYSTEM SET synchronous_standby_names = ''`,
        ]),
  ];
}

/** Settings of an earlier recovery that the backup's configuration still has: looked past now, they would count in the next one. */
export async function recoveryLeftovers(directory: string): Promise<string[]> {
  const text = await readFile(join(directory, 'postgresql.auto.conf'), 'utf8').catch(() => '');
  const names = [...text.matchAll(/^\s*(recovery_target\w*|recovery_end_command)\s*=?\s*'?[^'\s]/gim)].map(
    ([, name]) => name ?? '',
  );
  if (names.length === 0) return [];
  const reset = `ALTER SYSTEM RESET ${names[0]}`;
  return [
    `postgresql.auto.conf has ${listed([...new Set(names)])} of an earlier recovery, which was looked past: take it out with: ${reset}`,
  ];
}

/** Nothing where the live server does not answer. */
async function readBonds(context: EngineContext): Promise<Bonds> {
  const asking = withSession(
    context,
    { database: maintenanceName(context), connectTimeout: 5_000 },
    async (session) => {
      const rows = await session.query<{ name: string }>(
        `SELECT DISTINCT coalesce(nullif(application_name, ''), client_addr::text, 'unnamed') AS name FROM pg_stat_replication
       WHERE state = 'streaming' ORDER BY 1`,
      );
      const [row] = await session.query<{ names: string }>(
        `SELECT current_setting('synchronous_standby_names') AS names`,
      );
      return { standbys: rows.map(({ name }) => name), synchronous: row?.names ?? '' };
    },
  );
  const bonds = await asking.catch(() => ({ standbys: [], synchronous: '' }));
  context.signal.throwIfAborted();
  return bonds;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
