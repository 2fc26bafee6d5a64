import { join } from 'node:path';
import type { Logger } from '@temporalio/worker';
import type { Config } from '../config/schema';
import { failure } from '../model/errors';
import { serveAgent } from './agent';
import { connectWorker, targetOf } from './connect';
import { serveControl } from './control';
import { type EmbeddedServer, startEmbeddedServer } from './embedded/embedded-server';
import { otherUsers } from './embedded/other-users';
import { hasTemporal, usersOf } from './embedded/temporal-of-host';

export interface AllInOneOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called once, when everything asks for work. */
  readonly onReady?: (ready: Ready) => void;
}

export interface Ready {
  readonly address: string;
  /** undefined where the Temporal in use is not ours, or has none. */
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
  const users = usersOf(config);
  if (await hasTemporal(host, port, address, users)) return undefined;
  const server = await startEmbeddedServer({
    host,
    port,
    uiPort: config.temporal['ui-port'] || undefined,
    namespace,
    dataFile: dataFileOf(config),
    users,
    onRestart: (reason) => log.error('the embedded Temporal server died and is started again', { reason }),
    onRefused: tellOnce((user) => log.warn(`refused a connection of user "${user}" to the embedded Temporal server`)),
  });
  warnIfOpen(server, address, log);
  return server;
}

/** The server knows no users: where it cannot be closed off, whoever can open a connection can have an agent do anything. */
function warnIfOpen({ openBecause }: EmbeddedServer, address: string, log: Logger): void {
  const others = openBecause === undefined ? [] : otherUsers();
  if (others.length === 0) return;
  const names = [...others.slice(0, 5), ...(others.length > 5 ? [`${others.length - 5} more`] : [])].join(', ');
  const message = `every user of this host can use the embedded Temporal server at ${address}, and through it make the agents back up, restore and run hooks: ${names}`;
  log.warn(message, { reason: `it cannot have a network of its own: ${openBecause}` });
}

/** Again after an hour, so that whoever keeps trying does not fill the log. */
function tellOnce(tell: (user: string) => void): (user: string) => void {
  const toldAt = new Map<string, number>();
  return (user) => {
    if (Date.now() - (toldAt.get(user) ?? 0) < 3_600_000) return;
    toldAt.set(user, Date.now());
    tell(user);
  };
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
