import type { Socket } from 'node:net';
import { failure } from '../../model/errors';
import { nameOfUser } from '../../pipeline/system-user';
import { listens } from '../listens';
import type { EmbeddedServerOptions } from './embedded-server';
import { guardPort } from './guarded-port';
import type { OwnNetwork } from './own-network';
import type { Speech } from './refuse-user';
import { ownerOfListener } from './socket-owner';

interface Port {
  readonly port: number;
  readonly what: string;
  readonly speech: Speech;
}

/**
 * Makes sure of the ports of the embedded server. Where it has a network of its own we listen on them, and `hand` gets what admitted users connect.
 * Resolves to what closes them. Rejects with `temporal-server-missing`, naming the port that is taken and by whom.
 */
export async function openPorts(
  options: EmbeddedServerOptions,
  network: OwnNetwork,
  hand: (port: number, speech: Speech, connection: Socket) => void,
): Promise<() => void> {
  const { host } = options;
  const ports: readonly Port[] = [
    { port: options.port, what: 'port', speech: 'grpc' },
    ...(options.uiPort === undefined
      ? []
      : [{ port: options.uiPort, what: 'port of the Web UI', speech: 'http' } as const]),
  ];
  for (const { port, what } of ports) if (await listens(host, port)) throw await taken(host, port, what);
  if ('missing' in network) return () => {};
  const closers: (() => void)[] = [];
  const closeAll = () => closers.splice(0).forEach((close) => void close());
  const admitted = new Set([0, process.geteuid?.() ?? 0, ...options.users]);
  for (const { port, what, speech } of ports) {
    const close = await guardPort({
      ...{ host, port, speech, admitted, reason },
      onConnection: (connection) => hand(port, speech, connection),
      onRefused: (uid) => options.onRefused(uid === undefined ? 'nobody known' : nameOfUser(uid)),
    }).catch(async (error: NodeJS.ErrnoException) => {
      closeAll();
      throw error.code === 'EADDRINUSE' ? await taken(host, port, what) : error;
    });
    closers.push(close);
  }
  return closeAll;
}

const reason =
  'this Temporal of holdfast up is for its own user and root; others that may administrate it are named in temporal.users';

async function taken(host: string, port: number, what: string): Promise<Error> {
  const uid = await ownerOfListener({ address: host, port });
  const whose = uid === undefined ? '' : ` of user ${nameOfUser(uid)}`;
  return failure('temporal-server-missing', {
    reason: `the ${what} ${port} on ${host} is taken by another program${whose}`,
  });
}
