import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client, Connection } from '@temporalio/client';
import { freePort } from '../../scripts/servers/free-port';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import {
  type EmbeddedServer,
  type EmbeddedServerOptions,
  startEmbeddedServer,
} from '../../src/workers/embedded/embedded-server';
import { temporalBinary } from '../../src/workers/embedded/temporal-binary';
import { listens } from '../../src/workers/listens';
import { askTemporal, asOtherUser } from './other-user';
import { until } from './worker-scene';

const host = '127.0.0.1';
const refusal = '7 this Temporal of holdfast up is for its own user and root';
let folder: TemporaryFolder;
/** As `holdfast up` starts it; of most tests. */
let closed: Started;
const servers: EmbeddedServer[] = [];
let refused: string[] = [];
let restarts: string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder('holdfast-embedded');
  closed = await start();
});
afterEach(() => {
  [refused, restarts] = [[], []];
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await folder?.remove();
});

interface Started {
  readonly port: number;
  readonly uiPort: number;
  readonly dataFile: string;
  readonly server: EmbeddedServer;
}

async function start({ noUi, ...changes }: Partial<EmbeddedServerOptions> & { noUi?: boolean } = {}): Promise<Started> {
  const [port, uiPort] = [await freePort(), await freePort()];
  const dataFile = join(folder.path, `${port}.sqlite`);
  await writeFile(`${dataFile}.log`, '', { mode: 0o644 }); // as an earlier version left it
  const server = await startEmbeddedServer({
    ...{ host, port, uiPort: noUi ? undefined : uiPort, namespace: 'default', dataFile, users: [] },
    onRestart: (reason) => restarts.push(reason),
    onRefused: (user) => refused.push(user),
    ...changes,
  });
  servers.push(server);
  return { port, uiPort, dataFile, server };
}

async function namespaceOf(port: number): Promise<string | undefined> {
  const connection = await Connection.connect({ address: `${host}:${port}`, connectTimeout: 5_000 });
  try {
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    return namespaceInfo?.name ?? undefined;
  } finally {
    await connection.close();
  }
}

function serverOf(dataFile: string): number {
  const pattern = `^[^ ]*temporal server start-dev .*${dataFile}`;
  const [pid] = spawnSync('/usr/bin/pgrep', ['-f', pattern], { encoding: 'utf8' }).stdout.split('\n');
  if (!pid) throw new Error(`no server of ${dataFile}`);
  return Number(pid);
}

/** Ports of this host on which a process of the embedded server itself listens. */
function portsOfServer(dataFile: string): string[] {
  const pid = serverOf(dataFile);
  const { stdout } = spawnSync('ss', ['-ltnpH'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(`pid=${pid},`));
}

test('another user of the host reaches neither Temporal nor its Web UI, and is told why; its own user and root do', async () => {
  const { port, uiPort, dataFile, server } = closed;
  expect(server.openBecause).toBeUndefined();
  expect(await namespaceOf(port)).toBe('default');
  expect((await fetch(`${server.uiAddress}`)).status).toBe(200);
  expect(await asOtherUser(askTemporal, `${host}:${port}`)).toContain(refusal);
  const page = 'fetch(process.argv[1]).then(async (answer) => console.log(answer.status, await answer.text()))';
  expect(await asOtherUser(page, `http://${host}:${uiPort}/`)).toMatch(
    /^403 this Temporal of holdfast up is for its own user/,
  );
  expect(refused).toEqual(['nobody', 'nobody']);
  expect(portsOfServer(dataFile)).toEqual([]); // nor is there any other way in: not its HTTP port, not its inner services
});

test('a page of a stranger, whose name was made to lead here, does not reach the Web UI', async () => {
  const { uiPort } = closed;
  const ask = (name: string, more = '') => {
    const head = `POST /api/v1/namespaces/default/workflows/forged HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n${more}`;
    const socket = connect({ host, port: uiPort });
    socket.end(`${head}Content-Length: 2\r\n\r\n{}`);
    return text(socket);
  };
  expect(await ask(`evil.example:${uiPort}`)).toMatch(/^HTTP\/1\.1 403 Forbidden[\s\S]*at no other name/);
  expect(await ask('0.0.0.0')).toMatch(/^HTTP\/1\.1 403/);
  for (const name of [`localhost:${uiPort}`, '127.0.0.1', '[::1]:80'])
    expect(await ask(name)).toMatch(/^HTTP\/1\.1 4(?![\s\S]*no other name)/);
  expect(await ask('localhost', `X-Filler: ${'x'.repeat(100_000)}\r\n`)).toMatch(/^HTTP\/1\.1 4/); // also what needs many reads
});

test('a user who is named may use it; and without a Web UI nothing listens for one', async () => {
  const { port, uiPort, server } = await start({ users: [65534], noUi: true });
  expect(await asOtherUser(askTemporal, `${host}:${port}`)).toMatch(/^0/);
  expect(refused).toEqual([]);
  expect(server.uiAddress).toBeUndefined();
  expect(await listens(host, uiPort)).toBe(false);
});

test('where it can have no network of its own it says why, no web page can use its HTTP port, and nobody else can read its files', async () => {
  const { port, dataFile, server } = await start({ network: { missing: 'not allowed here' } });
  for (const suffix of ['', '-wal', '-shm', '.log']) expect(statSync(dataFile + suffix).mode & 0o777).toBe(0o600);
  expect(server.openBecause).toBe('not allowed here');
  expect(await asOtherUser(askTemporal, `${host}:${port}`)).toMatch(/^0/);
  const ports = portsOfServer(dataFile).map((line) => Number(/:(\d+)\s/.exec(line)?.[1]));
  expect(ports.length).toBeGreaterThan(3);
  const post = (each: number) =>
    fetch(`http://${host}:${each}/api/v1/namespaces/default/workflows/forged`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', origin: 'http://evil.example' },
      body: JSON.stringify({ workflowType: { name: 'backup' }, taskQueue: { name: 'holdfast' }, requestId: 'forged' }),
    }).then(
      async (answer) => `${answer.status} ${await answer.text()}`,
      () => 'no HTTP',
    );
  const answers = await Promise.all(ports.map(post));
  expect(answers.filter((answer) => answer.startsWith('200'))).toEqual([]);
  expect(answers.filter((answer) => answer.includes('Host not allowed'))).toHaveLength(1);
  const connection = await Connection.connect({ address: `${host}:${port}` });
  await expect(new Client({ connection }).workflow.getHandle('forged').describe()).rejects.toThrow(/not found/i);
  await connection.close();
});

test('where others may write into the folder of its data it does not start', async () => {
  const open = join(folder.path, 'open');
  await mkdir(open);
  await chmod(open, 0o777);
  const refusal = { code: 'temporal-server-missing', message: expect.stringContaining('others may write into it') };
  await expect(start({ dataFile: join(open, 'data') })).rejects.toMatchObject(refusal);
});

/** With another PATH, as a host that lacks something has it; the program of Temporal is there all the same. */
async function withPath(path: string, work: () => Promise<void>): Promise<void> {
  const before = { PATH: process.env['PATH'], HOLDFAST_TEMPORAL: process.env['HOLDFAST_TEMPORAL'] };
  process.env['HOLDFAST_TEMPORAL'] = temporalBinary();
  process.env['PATH'] = path;
  try {
    await work();
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

test("a setpriv that is missing is named, and of one that fails the server's log says why", async () => {
  const network = { missing: 'asked' };
  await withPath(join(folder.path, 'empty'), async () => {
    await expect(start({ network })).rejects.toMatchObject({ code: 'tool-missing', details: { tool: 'setpriv' } });
  });
  const failing = join(folder.path, 'setpriv');
  await writeFile(failing, '#!/bin/sh\necho "unrecognized option $1" >&2\nexit 1\n', { mode: 0o755 });
  await withPath(`${folder.path}:/usr/bin:/bin`, async () => {
    const dataFile = join(folder.path, 'failing.sqlite');
    await expect(start({ network, dataFile })).rejects.toThrow(/it ended with code 1; see .*failing\.sqlite\.log/);
    expect(await readFile(`${dataFile}.log`, 'utf8')).toContain('unrecognized option --pdeathsig');
  });
  await rm(failing);
});

test('a server that cannot be started again is told of at every try, until it can; clients go on with the connection they have', async () => {
  const { port, dataFile } = closed;
  const connection = await Connection.connect({ address: `${host}:${port}` });
  const { workflow } = new Client({ connection });
  await workflow.start('none', { taskQueue: 'none', workflowId: 'kept' });
  await withPath(join(folder.path, 'empty'), async () => {
    process.kill(serverOf(dataFile), 'SIGKILL');
    await until('told', () => restarts.some((reason) => reason.includes('setpriv')), 10_000);
  });
  await until(
    'known again',
    () =>
      workflow
        .getHandle('kept')
        .describe()
        .then(Boolean, () => false),
    20_000,
  );
  await connection.close();
});
