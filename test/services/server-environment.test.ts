import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceConfig } from '../../src/config/database-schema';
import { loginEnvironment } from '../../src/pipeline/login-environment';
import { systemUser } from '../../src/pipeline/system-user';
import { openService } from '../../src/services/open-service';
import { ServerEnvironment } from '../../src/services/server-environment';
import { binDirectory, call, type OwnCluster, ownCluster } from './own-cluster';

let cluster: OwnCluster;
const outsiders = { HOLDFAST_TEST_SECRET: 'a key of the worker', TZ: 'Pacific/Kiritimati' };
const before = { ...process.env };
beforeAll(() => {
  cluster = ownCluster();
  Object.assign(process.env, outsiders);
});
afterAll(() => {
  for (const name of Object.keys(outsiders)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  cluster.remove();
});

const ownService = {
  ARCHIVE_TARGET: 'tape 7',
  TZ: 'America/Caracas',
  LANG: 'C',
  PATH: `/opt/archive/bin:/usr/bin:/bin`,
};
const asServer = ['--reuid=postgres', '--regid=postgres', '--init-groups', '--'];

/** As its own service starts it: with an environment of its own. */
function startByOwnService(changes: Readonly<Record<string, string>> = {}): void {
  const pgCtl = [join(binDirectory, 'pg_ctl'), 'start', '-w', '-D', cluster.dataDirectory, '-l', '/dev/null'];
  const env = { ...ownService, NOTIFY_SOCKET: '/run/none', INVOCATION_ID: 'abc', ...changes };
  const { status } = spawnSync('/usr/bin/setpriv', [...asServer, ...pgCtl], { cwd: '/', env, stdio: 'ignore' });
  expect(status).toBe(0);
}

/** What a program sees that the server starts, an archive_command for instance. */
function seenByPrograms(): Record<string, string> {
  const file = join(cluster.folder, 'seen');
  const sql = `COPY (SELECT 1) TO PROGRAM 'env -0 > ${file}'`;
  expect(cluster.run('psql', '-h', cluster.folder, '-d', 'postgres', '-Atc', sql).status).toBe(0);
  const entries = readFileSync(file, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

function service(config: ServiceConfig = { kind: 'pg_ctl' }) {
  const { dataDirectory, stateFolder } = cluster;
  return openService(config, { unit: 'shop/0', dataDirectory, stateFolder });
}

test('a server that is stopped and started again has the environment that its own service gave it', async () => {
  startByOwnService();
  const original = seenByPrograms();
  expect(original).toMatchObject(ownService);
  await service().stop(call());
  await service().start(call());
  const { NOTIFY_SOCKET, INVOCATION_ID, ...kept } = original;
  const again = seenByPrograms();
  for (const each of [kept, again]) delete each['PG_GRANDPARENT_PID'];
  expect(again).toMatchObject(kept);
  for (const name of ['NOTIFY_SOCKET', 'INVOCATION_ID', ...Object.keys(outsiders).filter((each) => each !== 'TZ')])
    expect(again).not.toHaveProperty(name);
  const files = spawnSync('ls', [cluster.stateFolder], { encoding: 'utf8' }).stdout.trim().split('\n');
  const [noted = ''] = files.filter((file) => file.endsWith('.environment.json'));
  expect(statSync(join(cluster.stateFolder, noted)).mode & 0o777).toBe(0o600); // it may hold secrets of the server's
  await service().stop(call());
});

test("programs of the administrator get it too where they run as the server does, and none of it where they are root's", async () => {
  const pgCtl = join(binDirectory, 'pg_ctl');
  const printed = join(cluster.folder, 'printed');
  const run = (...args: readonly string[]) => [pgCtl, ...args, '-D', cluster.dataDirectory];
  const own = { start: run('start', '-w', '-l', '/dev/null'), stop: run('stop', '-w'), status: run('status') };
  startByOwnService();
  const asPostgres = service({ kind: 'command', ...own, user: 'postgres' });
  await asPostgres.stop(call());
  await asPostgres.start(call());
  expect(seenByPrograms()).toMatchObject(ownService);
  const become = (argv: readonly string[]) => ['setpriv', ...asServer, ...argv];
  const asRoot = service({
    kind: 'command',
    start: ['sh', '-c', `env > ${printed}; exec "$@"`, 'sh', ...become(own.start)],
    stop: become(own.stop),
    status: become(own.status),
  });
  await asRoot.stop(call());
  await asRoot.start(call());
  expect(readFileSync(printed, 'utf8')).not.toMatch(/ARCHIVE_TARGET|Caracas|opt.archive/);
  await asRoot.stop(call());
});

test("a server's user has no way from its environment into what root runs", async () => {
  const [evil, caught] = [join(cluster.folder, 'evil'), join(cluster.folder, 'caught')];
  mkdirSync(evil);
  for (const name of ['setpriv', 'pg_ctl'])
    writeFileSync(join(evil, name), `#!/bin/sh\nid -u >> ${caught}\n`, { mode: 0o755 });
  startByOwnService({ PATH: `${evil}:/usr/bin:/bin`, LD_PRELOAD: join(evil, 'none.so') });
  await service().stop(call());
  const starting = call();
  await service().start(starting);
  expect(existsSync(caught)).toBe(false);
  expect(seenByPrograms()).not.toHaveProperty('LD_PRELOAD');
  await service().stop(call());
});

test("the environment of somebody else's process, to which the server's user points, is not taken", async () => {
  const { dataDirectory, stateFolder } = cluster;
  const roots = spawn('sleep', ['60'], { cwd: dataDirectory, env: { SECRET: 'of root' }, stdio: 'ignore' });
  const pidFile = join(dataDirectory, 'postmaster.pid');
  try {
    writeFileSync(pidFile, `${roots.pid}\n`);
    const environment = new ServerEnvironment({ unit: 'other', dataDirectory, stateFolder });
    await environment.note();
    expect(await environment.of('postgres')).toEqual({});
    expect(await environment.of(undefined)).toEqual({});
  } finally {
    roots.kill('SIGKILL');
    rmSync(pidFile);
  }
});

test('one that nobody has seen running gets what its user would have at login, and nothing of the worker', async () => {
  rmSync(cluster.stateFolder, { recursive: true });
  await service().start(call());
  const seen = seenByPrograms();
  const { home } = systemUser('postgres');
  expect(seen).toMatchObject({ HOME: home, USER: 'postgres', LOGNAME: 'postgres' });
  for (const name of [...Object.keys(outsiders), 'HOLDFAST_OWNER']) expect(seen).not.toHaveProperty(name);
  await service().stop(call());
});

test("a login's environment is what the host's files say, as they are written there", () => {
  const etc = mkdtempSync(join(tmpdir(), 'holdfast-etc-'));
  try {
    const [environment, locale] = [join(etc, 'environment'), join(etc, 'locale')];
    writeFileSync(
      environment,
      '# for all\nexport EDITOR="vi"\nhttp_proxy=http://proxy:3128\nnonsense\nHOME=/elsewhere\n',
    );
    writeFileSync(locale, "LANG='de_DE.UTF-8'\nLC_TIME=C # plain\n");
    const user = systemUser('postgres');
    expect(loginEnvironment(user, [environment, locale, join(etc, 'none')])).toMatchObject({
      ...{ EDITOR: 'vi', http_proxy: 'http://proxy:3128', LANG: 'de_DE.UTF-8', LC_TIME: 'C' },
      ...{ HOME: user.home, USER: 'postgres', LOGNAME: 'postgres' },
    });
    expect(loginEnvironment(user, [])).toMatchObject({ LANG: 'C.UTF-8' });
    expect(existsSync('/elsewhere')).toBe(false);
  } finally {
    rmSync(etc, { recursive: true });
  }
});
