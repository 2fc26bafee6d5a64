import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import type { Logger } from '@temporalio/worker';
import type { Config } from '../config/schema';
import { failure } from '../model/errors';
import { serveAgent } from './agent';
import { connectWorker, targetOf } from './connect';
import { serveControl } from './control';
import { type EmbeddedServer, startEmbeddedServer } from './embedded-server';
import { listens } from './listens';

export interface AllInOneOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called once, when everything asks for work. */
  readonly onReady?: (ready: Ready) => void;
}

export interface Ready {
  readonly address: string;
  /** undefined where the Temporal in use is not ours. */
  readonly uiAddress: string | undefined;
  readonly agents: readonly string[];
}

/**
 * Everything on one machine: Temporal with its data in a file, the control worker, and every agent. A Temporal that answers at the configured address
 * already is used as it is. When `signal` aborts the workers end first, then the server. Rejects with `temporal-server-missing`.
 */
export async function serveAll({ config, log, signal, onReady }: AllInOneOptions): Promise<void> {
  const target = targetOf(config);
  const server = await serverFor(config, log, target.address, target.namespace);
  const agents = Object.keys(config.agents);
  try {
    if (server) await keepHistory(config, log, signal);
    const waiting = new Set(['control', ...agents]);
    const ready = (name: string) => () => {
      if (!waiting.delete(name) || waiting.size > 0) return;
      onReady?.({ address: target.address, uiAddress: server?.uiAddress, agents });
    };
    await together(signal, (either) => [
      serveControl({ config, log, signal: either, onReady: ready('control') }),
      ...agents.map((agent) => serveAgent({ agent, config, log, signal: either, onReady: ready(agent) })),
    ]);
  } finally {
    await server?.stop();
  }
}

/** Ends the others when one fails, and rejects with its failure when all have ended. */
export async function together(signal: AbortSignal, start: (either: AbortSignal) => Promise<void>[]): Promise<void> {
  const failed = new AbortController();
  const running = start(AbortSignal.any([signal, failed.signal]));
  for (const one of running) one.catch((error) => failed.abort(error));
  await Promise.allSettled(running);
  if (!signal.aborted && failed.signal.aborted) throw failed.signal.reason;
}

/** undefined where there is one already, or where the address is of another machine. */
async function serverFor(
  config: Config,
  log: Logger,
  address: string,
  namespace: string,
): Promise<EmbeddedServer | undefined> {
  const { host, port } = placeOf(address);
  if (!isLocal(host)) return undefined;
  if (await listens(host, port)) {
    if (await isTemporal(address)) return undefined;
    const reason = `port ${port} of ${host} is taken by another program; set temporal.address to a free one`;
    throw failure('temporal-server-missing', { reason });
  }
  return startEmbeddedServer({
    host,
    port,
    uiPort: config.temporal['ui-port'],
    namespace,
    dataFile: dataFileOf(config),
    onRestart: (reason) => log.error('the embedded Temporal server died and is started again', { reason }),
  });
}

async function keepHistory(config: Config, log: Logger, signal: AbortSignal): Promise<void> {
  const { connection } = await connectWorker(config, log, signal, config.temporal.retention);
  await connection.close();
}

function dataFileOf({ temporal, agents }: Config): string {
  if (temporal.data !== undefined) return temporal.data;
  const [first] = Object.values(agents);
  if (first === undefined) {
    const reason = 'no agent is configured, beside whose state its data would be kept; set temporal.data';
    throw failure('temporal-server-missing', { reason });
  }
  return join(first.state, 'temporal.sqlite');
}

function placeOf(address: string): { host: string; port: number } {
  const [, host = '127.0.0.1', port = '7233'] = /^(?:https?:\/\/)?\[?([^\]]*?)\]?(?::(\d+))?$/.exec(address) ?? [];
  return { host: host === 'localhost' ? '127.0.0.1' : host, port: Number(port) };
}

function isLocal(host: string): boolean {
  return host === '::1' || /^127\./.test(host);
}

async function isTemporal(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 3_000 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
