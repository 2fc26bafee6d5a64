import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/servers/free-port';
import { minimalEnvironment, type OwnedProcess, startOwned } from '../../scripts/servers/owned-process';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import { processStat } from '../../src/pipeline/owner-tag';
import { holdfastBin, runHoldfast } from '../cli/run-holdfast';
import { binDirectory, type OwnCluster, ownCluster } from '../services/own-cluster';

jest.setTimeout(120_000);

let folder: TemporaryFolder;
let cluster: OwnCluster;
let container: OwnedProcess | undefined;
let configPath: string;

beforeAll(async () => {
  folder = await temporaryFolder('holdfast-process-one');
  cluster = ownCluster();
  configPath = join(folder.path, 'holdfast.yaml');
  await mkdir(join(folder.path, 'state'), { mode: 0o700 });
  await writeFile(
    configPath,
    `
temporal: { address: "127.0.0.1:${await freePort()}" }
agents: { db1: { state: ${folder.path}/state } }
storages: { near: { kind: directory, path: ${folder.path}/near } }
databases:
  shop:
    engine: postgresql
    storage: near
    database: postgres
    units:
      - { name: shop/0, agent: db1, host: ${cluster.folder}, data-directory: "${cluster.dataDirectory}", service: { kind: pg_ctl } }
    backup: { method: cold }
`,
  );
});
afterEach(async () => {
  await container?.kill9();
  container = undefined;
});
afterAll(async () => {
  cluster?.remove();
  await folder?.remove();
});

/** Starts the database, then becomes this program, as process 1 of a name space of processes, as a container without an init has it. */
async function startContainer(...program: readonly string[]): Promise<string> {
  const become = 'setpriv --reuid=postgres --regid=postgres --init-groups --';
  const script = `cd / && ${become} ${binDirectory}/pg_ctl start -w -D "$1" -l /dev/null && shift && exec "$@"`;
  const inside = [
    'sh',
    '-c',
    script,
    'sh',
    cluster.dataDirectory,
    ...program,
    '--config',
    configPath,
    'up',
    '--ui-port',
    '0',
  ];
  const logFile = join(folder.path, `container-${program.length}.log`);
  const args = ['--pid', '--fork', '--mount-proc', '--kill-child', '--', ...inside];
  container = await startOwned('unshare', args, { env: minimalEnvironment(), logFile });
  return logFile;
}

const holdfast = (...args: readonly string[]) => runHoldfast(['--config', configPath, ...args]);

async function untilReady(): Promise<void> {
  const giveUpAt = Date.now() + 60_000;
  while ((await holdfast('doctor')).code !== 0) if (Date.now() > giveUpAt) throw new Error('not ready');
}

/** The process id that it has outside. */
function postmaster(): number {
  const { stdout } = spawnSync('pgrep', ['-f', `^${binDirectory}/postgres -D ${cluster.dataDirectory}`], {
    encoding: 'utf8',
  });
  return Number(stdout.trim());
}

test('as process 1 it waits for the servers that it started: one that was killed does not keep the next from starting', async () => {
  await startContainer(holdfastBin);
  await untilReady();
  expect(await holdfast('backup', 'shop')).toMatchObject({ code: 0 }); // it started the server that runs now
  const killed = postmaster();
  process.kill(killed, 'SIGKILL');
  expect(await holdfast('restore', 'shop', '--yes')).toMatchObject({ code: 0 });
  expect(cluster.answers()).toBe(true);
  expect(processStat(killed)).toBeUndefined(); // no zombie is left of it
});

test('started by way of node it is refused as process 1, before a server is stopped that could not be started again', async () => {
  const logFile = await startContainer(process.execPath, holdfastBin);
  while (container?.isRunning()) await sleep(100);
  const log = spawnSync('cat', [logFile], { encoding: 'utf8' }).stdout;
  expect(log).toMatch(/start agent "db1": it is process 1/);
});
