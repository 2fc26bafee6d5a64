import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { stringify } from 'yaml';
import { startTemporal, type TemporalServer } from '../../scripts/servers/temporal';
import { temporaryFolder } from '../../scripts/servers/temporary-folder';
import { createControlActivities } from '../../src/activities/control';
import { openStorages } from '../../src/activities/storages';
import { parseConfig } from '../../src/config/load';
import type { Config } from '../../src/config/schema';
import { engines } from '../../src/engines/registry';
import { agentQueue, controlQueue } from '../../src/model/task-queues';
import { prepareNamespace } from '../../src/workers/prepare-namespace';
import { bundleOfSources } from '../../src/workers/workflow-bundle';
import { type Ran, runInProcess } from '../cli/in-process';
import { FakeAgent } from '../workflows/stage/fake-agent';

const silent = new DefaultLogger('ERROR', () => undefined);
/** Without these a job that ended just now could not be made to be forgotten for half a minute. */
const forgetful = ['transfer', 'visibility'].map((kind) => `history.${kind}ProcessorEnsureCloseBeforeDelete=false`);

type Databases = Readonly<Record<string, object>>;

/** A real Temporal server, a configuration with a directory storage, and the commands; what agents do is scripted. */
export interface Scene {
  readonly folder: string;
  readonly temporal: TemporalServer;
  readonly client: Client;
  readonly agent: FakeAgent;
  readonly configPath: string;
  /** Writes the configuration anew, with these databases, and storages besides "near"; resolves to what was read of it. */
  configure(databases: Databases, storages?: object, agents?: readonly string[]): Promise<Config>;
  /** Registers what jobs need in the namespace, as a control worker does when it starts. */
  prepare(): Promise<void>;
  /** The real control worker's steps, and an agent "db1" that follows scripts. Resolves to what ends them. */
  startWorkers(): Promise<() => Promise<void>>;
  run(...args: string[]): Promise<Ran>;
  /** The one JSON document that a command prints with --json; throws where there is anything else. */
  json<T = Record<string, unknown>>(...args: string[]): Promise<T>;
  close(): Promise<void>;
}

/** A database for `configure`, with these changes. */
export function database(changes: object = {}): object {
  return { engine: 'postgresql', storage: 'near', units: [{ name: 'shop/0', agent: 'db1' }], ...changes };
}

export async function openScene(name: string): Promise<Scene> {
  Runtime.install({
    logger: silent,
    shutdownSignals: [], // they are meant for the commands
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
  const folder = await temporaryFolder(name);
  const temporal = await startTemporal({ folder: folder.path, ui: false, settings: forgetful });
  const native = await NativeConnection.connect({ address: temporal.address });
  const connection = await Connection.connect({ address: temporal.address });
  const agent = new FakeAgent();
  const configPath = join(folder.path, 'holdfast.yaml');
  const endings: (() => Promise<void>)[] = [];
  let config: Config;
  const configure = async (databases: Databases, storages: object = {}, agents: readonly string[] = ['db1']) => {
    const text = stringify({
      temporal: { address: temporal.address },
      agents: Object.fromEntries(agents.map((name) => [name, { state: join(folder.path, name) }])),
      storages: { near: { kind: 'directory', path: join(folder.path, 'near') }, ...storages },
      databases,
    });
    config = parseConfig(text, configPath);
    await writeFile(configPath, text, { mode: 0o600 });
    return config;
  };
  await configure({ shop: database() });
  const run = (...args: string[]) => runInProcess([...args, '--config', configPath]);
  return {
    ...{ folder: folder.path, temporal, agent, configPath, configure, run },
    client: new Client({ connection }),
    prepare: async () => void (await prepareNamespace(native, 'default')),
    startWorkers: async () => {
      const activities = createControlActivities({ config, engines, storages: openStorages(config) });
      const workflowBundle = await bundleOfSources();
      const ends = [
        await serve(native, { taskQueue: controlQueue, workflowBundle, activities }),
        await serve(native, { taskQueue: agentQueue('db1'), activities: agent.activities() }),
      ];
      const end = async () => void (await Promise.all(ends.splice(0).map((one) => one())));
      endings.push(end);
      return end;
    },
    json: async (...args) => JSON.parse((await run(...args, '--json')).stdout),
    close: async () => {
      await Promise.all(endings.map((end) => end()));
      await Promise.all([native.close(), connection.close()]);
      await temporal.stop();
      await folder.remove();
    },
  };
}

async function serve(connection: NativeConnection, options: object): Promise<() => Promise<void>> {
  const all = { connection, maxHeartbeatThrottleInterval: '200ms', ...options } as Parameters<typeof Worker.create>[0];
  const worker = await Worker.create(all);
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
  };
}
