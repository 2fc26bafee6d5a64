import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Refusals, type Speech } from './refuse-user';
import { ownerOfPeer } from './socket-owner';

export interface GuardedPortOptions {
  readonly host: string;
  readonly port: number;
  readonly speech: Speech;
  readonly admitted: ReadonlySet<number>;
  /** Told to those that are not admitted. */
  readonly reason: string;
  /** Takes over a connection of an admitted user, of which nothing was read. */
  readonly onConnection: (connection: Socket) => void;
  /** Called for each connection that is refused; no user id where the kernel knows of none. */
  readonly onRefused: (uid: number | undefined) => void;
}

/**
 * Listens on a port of this host and lets in the connections of admitted users alone, by what the kernel says of the socket at the other end. Resolves to
 * what closes it; rejects with the `EADDRINUSE` of Node.
 */
export async function guardPort(options: GuardedPortOptions): Promise<() => void> {
  const refusals = new Refusals(options.reason);
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (connection) => {
    connection.on('error', () => {});
    void admit(connection, options, refusals);
  });
  server.listen({ host: options.host, port: options.port });
  await once(server, 'listening');
  return () => void server.close();
}

async function admit(connection: Socket, options: GuardedPortOptions, refusals: Refusals): Promise<void> {
  const uid = await ownerOf(connection);
  if (connection.destroyed) return;
  if (uid !== undefined && options.admitted.has(uid)) return options.onConnection(connection);
  options.onRefused(uid);
  refusals.refuse(connection, options.speech);
}

async function ownerOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): Promise<number | undefined> {
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  if (localAddress === undefined || localPort === undefined) return undefined;
  const peer = { address: remoteAddress, port: remotePort };
  return ownerOfPeer(peer, { address: localAddress, port: localPort }).catch(() => undefined);
}
