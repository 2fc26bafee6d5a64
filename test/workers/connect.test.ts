import { Connection } from '@temporalio/client';
import { freePort } from '../../scripts/servers/free-port';
import { startTemporal, type TemporalServer } from '../../scripts/servers/temporal';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import { parseConfig } from '../../src/config/load';
import { connectWorker } from '../../src/workers/connect';
import { createLog } from '../../src/workers/log';
import { installRuntime } from '../../src/workers/runtime';

const lines: string[] = [];
const log = createLog('human', (line) => lines.push(line));
const never = new AbortController().signal;

let folder: TemporaryFolder;
let server: TemporalServer;
let port: number;
beforeAll(async () => {
  installRuntime(log);
  folder = await temporaryFolder('holdfast-connect');
  port = await freePort();
  const connecting = connectWorker(config('default'), log, never);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  server = await startTemporal({ folder: folder.path, ui: false, port });
  await (await connecting).connection.close();
});
afterAll(async () => {
  await server?.stop();
  await folder?.remove();
});

function config(namespace: string) {
  const text = `
temporal: { address: "127.0.0.1:${port}", namespace: ${namespace} }
agents: { db1: { state: /nowhere } }
storages: { near: { kind: directory, path: /nowhere } }
databases: { shop: { engine: postgresql, storage: near, units: [{ name: shop/0, agent: db1 }] } }
`;
  return parseConfig(text, 'holdfast.yaml');
}

test('a worker that is started before Temporal waits for it, and says so once', () => {
  const waits = lines.filter((line) => line.includes('waiting for Temporal'));
  expect(waits).toHaveLength(1);
  expect(waits[0]).toContain(`waiting for Temporal at 127.0.0.1:${port} reason=`);
});

test('a namespace that forgets jobs early is told of', () => {
  expect(lines.join('\n')).toContain('namespace "default" forgets closed jobs after 1 days');
});

test('the search attributes are there after the first connection', async () => {
  const connection = await Connection.connect({ address: server.address });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
  await connection.close();
  expect(customAttributes).toMatchObject({ HoldfastDatabase: 2, HoldfastPhase: 2, HoldfastUnit: 2 });
});

test('a namespace that is not there is no reason to wait for ever', async () => {
  await expect(connectWorker(config('elsewhere'), log, never)).rejects.toMatchObject({
    code: 'temporal-namespace',
    exit: 7,
    message: 'use Temporal namespace "elsewhere": no such namespace',
  });
}, 30_000);

test('a search attribute of another type is not silently lived with', async () => {
  const connection = await Connection.connect({ address: server.address });
  await connection.workflowService.registerNamespace({
    namespace: 'crooked',
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // until the server's caches know it
  await connection.operatorService.addSearchAttributes({
    namespace: 'crooked',
    searchAttributes: { HoldfastPhase: 1 },
  });
  await connection.close();
  await expect(connectWorker(config('crooked'), log, never)).rejects.toMatchObject({
    code: 'temporal-namespace',
    message: expect.stringContaining('search attribute HoldfastPhase exists with another type than Keyword'),
  });
}, 30_000);

test('who gives up waiting is heard', async () => {
  const nowhere = {
    ...config('default'),
    temporal: { ...config('default').temporal, address: `127.0.0.1:${await freePort()}` },
  };
  const stop = new AbortController();
  const connecting = connectWorker(nowhere, log, stop.signal);
  setTimeout(() => stop.abort(new Error('no more')), 300);
  await expect(connecting).rejects.toThrow(/no more|aborted/);
});
