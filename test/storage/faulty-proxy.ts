import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** A TCP connection in the middle that misbehaves when told to. */
export interface FaultyProxy {
  readonly endpoint: string;
  /** Connections that clients made. */
  readonly connections: () => number;
  /** From now on every connection is cut when it has carried this many bytes from (`up`) or to (`down`) the client; at most `times` times. */
  cutAfter(direction: 'up' | 'down', bytes: number, times: number): void;
  /** Nothing is passed on in either direction, and nothing is closed, until `flow`. */
  stall(): void;
  flow(): void;
  close(): Promise<void>;
}

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();
  const cut = { direction: 'up', bytes: 0, left: 0 };
  let connections = 0;
  let stalled = false;
  const server = createServer((client) => {
    connections++;
    const upstream = createConnection({ port: Number(targetPort), host: '127.0.0.1' });
    carry(client, upstream, 'up');
    carry(upstream, client, 'down');
  });

  function carry(from: Socket, to: Socket, direction: 'up' | 'down'): void {
    sockets.add(from);
    let carried = 0;
    from.on('data', (chunk) => {
      carried += chunk.length;
      if (cut.left > 0 && cut.direction === direction && carried >= cut.bytes) {
        cut.left--;
        from.destroy();
        to.destroy();
      } else if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => !stalled && from.resume());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      to.end();
    });
    if (stalled) from.pause();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    cutAfter: (direction, bytes, times) => Object.assign(cut, { direction, bytes, left: times }),
    stall: () => {
      stalled = true;
      for (const socket of sockets) socket.pause();
    },
    flow: () => {
      stalled = false;
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
