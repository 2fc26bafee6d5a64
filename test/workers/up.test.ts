import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Client, Connection, type WorkflowFailedError } from '@temporalio/client';
import { freePort } from '../../scripts/servers/free-port';
import { minimalEnvironment, type OwnedProcess, startOwned } from '../../scripts/servers/owned-process';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import { loadConfig } from '../../src/config/load';
import { searchAttributes } from '../../src/model/search-attributes';
import { processStat } from '../../src/pipeline/owner-tag';
import { serveAll } from '../../src/workers/all-in-one';
import { otherUsers } from '../../src/workers/embedded/other-users';
import { usersOf } from '../../src/workers/embedded/temporal-of-host';
import { createLog } from '../../src/workers/log';
import { until } from './worker-scene';

jest.setTimeout(120_000);

const program = join(__dirname, 'run-worker.ts');
let folder: TemporaryFolder;
let [port, uiPort] = [0, 0];
let up: OwnedProcess;
let logFile: string;
let lives = 0;

beforeAll(async () => {
  folder = await temporaryFolder('holdfast-up');
  [port, uiPort] = [await freePort(), await freePort()];
  await writeFile(
    join(folder.path, 'holdfast.yaml'),
    `
temporal: { address: "127.0.0.1:${port}", ui-port: ${uiPort} }
agents: { db1: { state: ${folder.path}/db1 }, db2: { state: ${folder.path}/db2 } }
storages: { near: { kind: directory, path: ${folder.path}/near } }
databases:
  shop: { engine: postgresql, storage: near, units: [{ name: shop/0, agent: db1, port: ${await freePort()} }] }
`,
  );
});
afterAll(async () => {
  await up?.end(30_000);
  await folder?.remove();
});

async function start(path?: string): Promise<void> {
  lives += 1;
  logFile = join(folder.path, `up-${lives}.log`);
  const env = {
    ...minimalEnvironment(),
    HOLDFAST_CONFIG: join(folder.path, 'holdfast.yaml'),
    ...(path && { PATH: path }),
  };
  up = await startOwned(process.execPath, ['--import', require.resolve('tsx'), program, 'up'], { env, logFile });
}

const log = () => readFile(logFile, 'utf8');
const ready = () => until('ready', async () => (await log()).includes('"uiAddress"'));

/** Process id of the embedded server: the one that listens for this address alone. */
function serverPid(): number {
  const { stdout } = spawnSync('pgrep', ['-f', `^[^ ]*temporal server start-dev .*--port ${port} `], {
    encoding: 'utf8',
  });
  return Number(stdout.trim().split('\n')[0]);
}
const isAlive = (pid: number) => (processStat(pid)?.[2] ?? 'Z') !== 'Z';

async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

/** There is no database server, so a job that reaches the agent is refused by its check. */
const runJob = (workflowId: string) =>
  withClient((client) =>
    client.workflow.execute('backup', { taskQueue: 'holdfast', workflowId, args: [{ database: 'shop' }] }),
  ).catch((error: WorkflowFailedError) => (error.cause as { type?: string }).type);

test('one command serves a whole machine: Temporal, its Web UI, the control worker and every agent', async () => {
  await start();
  await ready();
  const line = (await log()).split('\n').find((each) => each.includes('"uiAddress"')) ?? '{}';
  expect(JSON.parse(line)).toEqual({
    address: `127.0.0.1:${port}`,
    uiAddress: `http://127.0.0.1:${uiPort}`,
    agents: ['db1', 'db2'],
  });
  expect((await fetch(`http://127.0.0.1:${uiPort}/`)).status).toBe(200);
  expect(await runJob('first')).toBe('database-unreachable');
  await withClient(async ({ connection }) => {
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    for (const name of Object.values(searchAttributes)) expect(customAttributes?.[name]).toBe(2);
  });
});

test('no task token and no chatter is in its log', async () => {
  expect(await log()).not.toMatch(/taskToken|Nexus|webpack/);
  expect(await log()).not.toContain('forgets closed jobs'); // the dev server's own day is changed before anybody is warned of it
});

test('a server that dies is started again, and the workers go on', async () => {
  const before = serverPid();
  process.kill(before, 'SIGKILL');
  await until('started again', () => Number.isInteger(serverPid()) && serverPid() > 0 && serverPid() !== before);
  expect(await runJob('second')).toBe('database-unreachable');
  expect(await log()).toContain('the embedded Temporal server died and is started again');
});

test('asked to go it ends well, and takes the server with it', async () => {
  const server = serverPid();
  await up.end(60_000);
  expect(isAlive(server)).toBe(false);
  expect(await log()).toContain('SIGTERM: ending well');
  expect(await log()).not.toContain('did not end in time');
});

test('the next life knows the jobs of the one before; killed, it leaves no server behind', async () => {
  await start();
  await ready();
  const { status } = await withClient((client) => client.workflow.getHandle('first').describe());
  expect(status.name).toBe('FAILED');
  const server = serverPid();
  await up.kill9();
  await until('gone', () => !isAlive(server), 5_000);
});

test('where the server cannot be closed off, the users of the host who can reach it are named', async () => {
  const refusing = join(folder.path, 'refusing');
  await mkdir(refusing);
  const unshare = '#!/bin/sh\necho "unshare failed: Operation not permitted" >&2\nexit 1\n';
  await writeFile(join(refusing, 'unshare'), unshare, { mode: 0o755 });
  const become = ['--pdeathsig', 'KILL', '--reuid=65534', '--regid=65534', '--clear-groups', 'sleep', '60'];
  const other = spawn('setpriv', become, { cwd: '/', stdio: 'ignore' });
  try {
    await start(`${refusing}:${process.env['PATH']}`);
    await ready();
    expect(await log()).toMatch(/WARN {2}every user of this host can use the embedded Temporal server .*: .*/);
    expect(await log()).toContain('it cannot have a network of its own: unshare failed: Operation not permitted');
    expect(otherUsers()).toContain('nobody');
    await up.end(60_000);
  } finally {
    other.kill('SIGKILL');
    await once(other, 'exit');
  }
});

test('a user whom this host does not know is told before anything starts', async () => {
  const config = await loadConfig(join(folder.path, 'holdfast.yaml'));
  const users = ['nobody', 'mallory'];
  expect(() => usersOf({ ...config, temporal: { ...config.temporal, users } })).toThrow(/no user "mallory"/);
  expect(usersOf({ ...config, temporal: { ...config.temporal, users: ['nobody'] } })).toEqual([65534]);
});

/** Another program on the port, which a killed server keeps until the last of its threads is gone. */
async function occupy(port: number): Promise<Server> {
  const other = createServer((socket) => socket.destroy());
  const listens = () => once(other.listen(port, '127.0.0.1'), 'listening').then(Boolean, () => false);
  await until('listening', listens, 10_000);
  return other;
}

test('a Temporal that another user put in its place is not used: it could have the agents do anything', async () => {
  const listener = `require('node:net').createServer().listen(${port}, '127.0.0.1', () => console.log('listening'))`;
  const become = ['--pdeathsig', 'KILL', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const squatter = spawn('setpriv', [...become, process.execPath, '-e', listener], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(squatter.stdout, 'data');
    const config = await loadConfig(join(folder.path, 'holdfast.yaml'));
    const signal = new AbortController().signal;
    const failed = await serveAll({ config, log: createLog('human', () => {}), signal }).catch((error) => error);
    const message = expect.stringMatching(/port \d+ of 127\.0\.0\.1 is held by a program of user "nobody"/);
    expect(failed).toMatchObject({ code: 'temporal-server-missing', message });
  } finally {
    squatter.kill('SIGKILL');
    await once(squatter, 'exit');
  }
});

test.each([
  ['the port', () => port, /port \d+ of 127\.0\.0\.1 is taken by another program; set temporal\.address/],
  ['the port of the Web UI', () => uiPort, /the port of the Web UI \d+ on 127\.0\.0\.1 is taken/],
])('%s that is taken is named', async (_, taken, message) => {
  const other = await occupy(taken());
  try {
    const config = await loadConfig(join(folder.path, 'holdfast.yaml'));
    const signal = new AbortController().signal;
    const failed = await serveAll({ config, log: createLog('human', () => {}), signal }).catch((error) => error);
    expect(failed).toMatchObject({ code: 'temporal-server-missing', message: expect.stringMatching(message) });
  } finally {
    other.close();
  }
});
