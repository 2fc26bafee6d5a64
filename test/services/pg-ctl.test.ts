import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStat } from '../../src/pipeline/owner-tag';
import { systemUser } from '../../src/pipeline/system-user';
import { openService } from '../../src/services/open-service';
import { serversOn } from '../../src/services/postmaster';
import { call, type OwnCluster, ownCluster } from './own-cluster';

let cluster: OwnCluster;
beforeAll(() => {
  cluster = ownCluster();
});
afterAll(() => cluster.remove());

function service(config: { options?: string; 'log-file'?: string } = {}) {
  const { dataDirectory, stateFolder } = cluster;
  return openService({ kind: 'pg_ctl', ...config }, { unit: 'shop/0', dataDirectory, stateFolder });
}

test('a server is started and stopped, and doing either again changes nothing', async () => {
  expect(await service().state(call())).toBe('stopped');
  await service().stop(call());
  await service().start(call());
  expect(cluster.answers()).toBe(true);
  expect(await service().state(call())).toBe('running');
  const postmaster = cluster.postmaster();
  await service().start(call());
  expect(cluster.postmaster()).toBe(postmaster);
  await service().stop(call());
  expect(processStat(postmaster)?.[2] ?? 'gone').toMatch(/^(gone|Z)$/);
  expect(await serversOn(cluster.dataDirectory)).toEqual([]);
  expect(await service().state(call())).toBe('stopped');
});

test('a data directory that is not there, as in the middle of a swap, has no server to stop, and none can be started', async () => {
  const aside = `${cluster.dataDirectory}.aside`;
  renameSync(cluster.dataDirectory, aside);
  try {
    expect(await service().state(call())).toBe('stopped');
    await service().stop(call());
    await expect(service().start(call())).rejects.toMatchObject({ code: 'start-failed' });
  } finally {
    renameSync(aside, cluster.dataDirectory);
  }
});

test('open connections do not hold up a stop', async () => {
  await service().start(call());
  const client = spawn(
    'psql',
    ['-U', 'postgres', '-h', cluster.folder, '-d', 'postgres', '-c', "select 'here', pg_sleep(600)"],
    { stdio: 'ignore' },
  );
  const ended = once(client, 'exit');
  await sleep(300);
  await service().stop(call());
  await ended;
  expect(await service().state(call())).toBe('stopped');
});

test('the server outlives the process that started it, even one that is killed at once', async () => {
  const script = join(__dirname, 'start-and-die.ts');
  const starter = spawn(process.execPath, ['--import', 'tsx', script, cluster.dataDirectory, cluster.stateFolder], {
    stdio: 'ignore',
  });
  const [, signal] = await once(starter, 'exit');
  expect(signal).toBe('SIGKILL');
  await sleep(500);
  expect(cluster.answers()).toBe(true);
  const environment = readFileSync(`/proc/${cluster.postmaster()}/environ`, 'utf8');
  expect(environment).not.toContain('HOLDFAST_OWNER');
  await service().stop(call());
});

test('a server that cannot start says why, with its own words, also from its own log file', async () => {
  const failing = call();
  const wrong = service({ options: '-c shared_buffers=nonsense' }).start(failing);
  await expect(wrong).rejects.toMatchObject({
    code: 'start-failed',
    message: expect.stringMatching(/^start unit "shop\/0": pg_ctl start: .*FATAL: .*"shared_buffers": "nonsense"/),
  });
  expect(failing.log.lines.some((line) => line.startsWith('pg_ctl ') && line.includes('nonsense'))).toBe(true);
  const logFile = join(cluster.folder, 'server.log');
  const elsewhere = service({ options: '-c shared_buffers=nonsense', 'log-file': logFile }).start(call());
  await expect(elsewhere).rejects.toMatchObject({ message: expect.stringContaining('nonsense') });
});

test('a configuration outside the data directory is found through the options', async () => {
  const inside = join(cluster.dataDirectory, 'postgresql.conf');
  const outside = join(cluster.folder, 'outside.conf');
  renameSync(inside, outside);
  const debian = service({ options: `-c config_file=${outside}` });
  await debian.start(call());
  expect(cluster.answers()).toBe(true);
  await debian.stop(call());
  expect(await debian.state(call())).toBe('stopped');
  renameSync(outside, inside);
});

test('a postmaster.pid left by a crash, whose number means another process by now, is no running server', async () => {
  const file = join(cluster.dataDirectory, 'postmaster.pid');
  const { uid, gid } = systemUser('postgres');
  const other = spawn('setpriv', ['--reuid=postgres', '--clear-groups', '--regid=postgres', 'sleep', '600'], {
    stdio: 'ignore',
    cwd: '/',
  });
  await once(other, 'spawn');
  writeFileSync(file, `${other.pid}\n${cluster.dataDirectory}\n0\n5432\n${cluster.folder}\n\n  0 0\nready   \n`);
  chownSync(file, uid, gid);
  expect(cluster.run('pg_ctl', 'status', '-D', cluster.dataDirectory).status).toBe(0);
  expect(await service().state(call())).toBe('stopped');
  await service().stop(call());
  other.kill();
  await once(other, 'exit');
  await service().start(call());
  expect(cluster.answers()).toBe(true);
});

test('a crashed server counts as stopped, and its children are waited for', async () => {
  await service().start(call());
  const postmaster = cluster.postmaster();
  const child = (await serversOn(cluster.dataDirectory)).find((pid) => pid !== postmaster);
  if (child === undefined) throw new Error('the server has no child');
  process.kill(child, 'SIGSTOP');
  process.kill(postmaster, 'SIGKILL');
  await sleep(200);
  const message = expect.stringMatching(
    new RegExp(`^stop unit "shop/0": processes .*\\b${child}\\b.* still run after 1000 ms$`),
  );
  await expect(service().stop(call({ timeout: 1_000 }))).rejects.toMatchObject({ code: 'stop-failed', message });
  process.kill(child, 'SIGCONT');
  await service().stop(call());
  expect(await serversOn(cluster.dataDirectory)).toEqual([]);
  await service().start(call());
  expect(cluster.answers()).toBe(true);
  await service().stop(call());
});

test('a data directory that is gone is named', async () => {
  const place = { unit: 'shop/0', dataDirectory: join(cluster.folder, 'none'), stateFolder: cluster.stateFolder };
  const lost = openService({ kind: 'pg_ctl' }, place);
  const message = expect.stringMatching(/^start unit "shop\/0": data directory ".*none" cannot be looked at: ENOENT/);
  await expect(lost.start(call())).rejects.toMatchObject({ code: 'start-failed', message });
});

test('a missing data directory or pg_ctl is told before anything is done', async () => {
  const { stateFolder, dataDirectory } = cluster;
  expect(() => openService({ kind: 'pg_ctl' }, { unit: 'shop/0', stateFolder })).toThrow('no data-directory');
  const elsewhere = { unit: 'shop/0', stateFolder, dataDirectory, binDirectory: '/nowhere' };
  await expect(openService({ kind: 'pg_ctl' }, elsewhere).start(call())).rejects.toMatchObject({
    message: 'start unit "shop/0": find tool "pg_ctl": not found in /nowhere',
  });
});
