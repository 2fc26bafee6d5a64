import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that Linux hands to outgoing connections, so that none of those takes it before the server does. */
const lowest = 15_000;
const highest = 32_000;
const given = new Set<number>();

/** A port of 127.0.0.1 that nothing listens on; never the same one twice from one process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest);
    if (given.has(port) || !(await canListen(port))) continue;
    given.add(port);
    return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
