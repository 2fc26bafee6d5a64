import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/servers/free-port';
import { type OwnedProcess, startOwned } from '../../scripts/servers/owned-process';
import { asUser, runTool } from '../../scripts/servers/run-tool';
import { waitUntil } from '../../scripts/servers/wait-until';
import { listens } from '../../src/workers/listens';
import { findPgbouncer } from '../../tools/find';
import { failureOf } from '../storage/failure-of';
import { postgresql } from './back-up';
import { ownCluster } from './cluster';
import { startJob } from './job';
import { backupPlan } from './plans';

const cluster = ownCluster();
let pooler: OwnedProcess | undefined;
afterEach(async () => {
  await pooler?.end();
});

/** Starts PgBouncer before the suite's server, as people have it, and resolves to its port. */
async function startPooler(settings: string): Promise<number> {
  const { server, folder } = cluster;
  const port = await freePort();
  const [users, file] = [join(folder, 'pg', 'users.txt'), join(folder, 'pg', 'pgbouncer.ini')];
  writeFileSync(users, `"postgres" "${server.superuserPassword}"\n`);
  writeFileSync(
    file,
    `[databases]\n* = host=127.0.0.1 port=${server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\n` +
      `auth_type = scram-sha-256\nauth_file = ${users}\n${settings}\n`,
  );
  for (const each of [users, file]) chmodSync(each, 0o600);
  await runTool('chown', [server.owner, users, file]);
  const [program, args] = asUser(server.owner, findPgbouncer(), [file]);
  pooler = await startOwned(program, args, { logFile: join(folder, 'pgbouncer.log') });
  await waitUntil('pgbouncer', 'listening', 10_000, () => listens('127.0.0.1', port));
  return port;
}

async function refusal(port: number, method: string) {
  const job = startJob(cluster, { name: 'postgres', port });
  return failureOf(postgresql().inspectForBackup(job, backupPlan(job, method)));
}

test.each(['logical', 'physical'])(
  'a connection pooler is told by its name, and is no way to a %s backup',
  async (method) => {
    const port = await startPooler('pool_mode = transaction');
    const refused = await refusal(port, method);
    expect(refused.code).toBe('database-unready');
    expect(refused.message).toMatch(
      /a connection pooler answers at 127\.0\.0\.1:\d+ \(unsupported startup parameter: options\)/,
    );
  },
);

test('one that takes what a session asks for, and forgets it, is found out before anything is set in a session of others', async () => {
  const port = await startPooler('pool_mode = transaction\nignore_startup_parameters = options');
  const refused = await refusal(port, 'logical');
  expect(refused.message).toMatch(
    /a connection pooler answers at .*: give the unit the host and port of the server itself/,
  );
  const job = startJob(cluster, { name: 'postgres' });
  await postgresql().inspectForBackup(job, backupPlan(job, 'logical'));
});
