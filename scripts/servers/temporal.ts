import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { dynamicValues, pragmas } from '../../src/model/server-tuning';
import { listens } from '../../src/workers/listens';
import { findTemporal } from '../../tools/find';
import { freePort } from './free-port';
import { goEnvironment } from './go-environment';
import { type OwnedProcess, startOwned } from './owned-process';
import { waitUntil } from './wait-until';

export interface TemporalOptions {
  /** Keeps the SQLite file and the log; must exist. */
  readonly folder: string;
  readonly port?: number;
  readonly uiPort?: number;
  /** Whether the Web UI is served too. */
  readonly ui: boolean;
  /** Settings besides those that the product runs it with: `key=value`. */
  readonly settings?: readonly string[];
}

/** A development server with the namespace `default`, its data in a file. */
export interface TemporalServer {
  readonly address: string;
  /** `http://…` of the Web UI; undefined without one. */
  readonly uiAddress: string | undefined;
  /** Idempotent; the data stays. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Ends it if it runs, and starts it at the same addresses over the same data. */
  restart(): Promise<void>;
}

/** Starts `temporal server start-dev`; resolves when its namespace answers. It dies with this process. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort ?? (await freePort());
  const address = `127.0.0.1:${port}`;
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'],
    ...['--db-filename', join(options.folder, 'temporal.sqlite')],
    ...(options.ui ? ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)] : ['--headless']),
    ...[...dynamicValues, ...(options.settings ?? [])].flatMap((value) => ['--dynamic-config-value', value]),
    ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
  ];
  const start = async () => {
    const server = await startOwned(findTemporal(), args, {
      env: goEnvironment,
      logFile: join(options.folder, 'temporal.log'),
    });
    await waitUntil('temporal', 'answering', 30_000, async () => {
      await server.mustRun();
      return (await listens('127.0.0.1', port)) && (await answers(address));
    });
    return server;
  };
  let server: OwnedProcess = await start();
  return {
    address,
    uiAddress: options.ui ? `http://127.0.0.1:${uiPort}` : undefined,
    stop: () => server.end(),
    kill9: () => server.kill9(),
    restart: async () => {
      await server.end();
      server = await start();
    },
  };
}

async function answers(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 }).catch(() => undefined);
  if (connection === undefined) return false;
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
