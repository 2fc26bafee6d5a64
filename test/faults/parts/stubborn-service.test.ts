import { join } from 'node:path';
import { makeStubbornService, refusal } from '../../../scripts/faults/parts/stubborn-service';
import { type PostgresServer, startPostgres } from '../../../scripts/servers/postgres';
import { type TemporaryFolder, temporaryFolder } from '../../../scripts/servers/temporary-folder';
import { ServiceConfig } from '../../../src/config/database-schema';
import { commandService } from '../../../src/services/command';
import { ServerEnvironment } from '../../../src/services/server-environment';
import { failureOf } from '../../storage/failure-of';

let folder: TemporaryFolder;
let postgres: PostgresServer;
beforeAll(async () => {
  folder = await temporaryFolder('holdfast-stubborn');
  postgres = await startPostgres({ folder: join(folder.path, 'postgres'), fsync: false });
});
afterAll(async () => {
  await postgres?.stop();
  await folder?.remove();
});

test('a service that refuses some starts, and works again after them', async () => {
  const stubborn = makeStubbornService(join(folder.path, 'service'), postgres);
  const config = ServiceConfig.parse(stubborn.config);
  if (config.kind !== 'command') throw new Error('expected programs');
  const environment = new ServerEnvironment({ unit: 'shop/0', stateFolder: folder.path, dataDirectory: undefined });
  const service = commandService({ ...config, unit: 'shop/0', outputFile: join(folder.path, 'output'), environment });
  const lines: string[] = [];
  const log = { line: (_: string, line: string) => void lines.push(line) };
  const call = { signal: new AbortController().signal, log, timeout: 60_000 };
  expect(await service.state(call)).toBe('running');
  await service.stop(call);
  expect(await postgres.isRunning()).toBe(false);
  stubborn.refuse(2);
  const failed = await failureOf(service.start(call));
  expect(failed.code).toBe('start-failed');
  expect(lines.join('\n')).toContain(refusal);
  expect(failed.message).not.toContain(refusal); // messages go into the history
  await failureOf(service.start(call));
  await service.start(call);
  expect(await postgres.isRunning()).toBe(true);
  expect(stubborn.starts()).toBe(3);
});
