import { once } from 'node:events';
import type { Socket } from 'node:net';

const mostHead = 64 * 2 ** 10;
const patience = 10_000;
const endOfHead = '\r\n\r\n';

/**
 * Whether the first request of a connection names this host as the one it asks: a page of a stranger, whose name was made to lead here, names that one,
 * and a browser keeps a connection for one name alone. What was read is put back.
 */
export async function asksForThisHost(connection: Socket, host: string): Promise<boolean> {
  const head = await readHead(connection).catch(() => '');
  const [, asked = ''] = /^host:[ \t]*(\[[^\]]*\]|[^:\s]*)(?::\d+)?[ \t]*$/im.exec(head) ?? [];
  const own = host.includes(':') ? `[${host}]` : host;
  return ['localhost', '127.0.0.1', '[::1]', own].includes(asked.toLowerCase());
}

/** Tells whoever asked for another one, and closes the connection. */
export function refusePage(connection: Socket): void {
  const text = 'the Web UI of holdfast up is at localhost, or at the address of its loopback, and at no other name\n';
  const head = `HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\nconnection: close`;
  connection.on('error', () => {}).end(`${head}${endOfHead}${text}`);
}

async function readHead(connection: Socket): Promise<string> {
  let head = Buffer.alloc(0);
  const late = setTimeout(() => connection.destroy(), patience);
  try {
    while (!head.includes(endOfHead) && head.length < mostHead) {
      const chunk: Buffer | null = connection.read();
      if (chunk !== null) head = Buffer.concat([head, chunk]);
      else if (connection.readableEnded || connection.destroyed) return '';
      else await once(connection, 'readable'); // which the end is too; a close rejects by its error or leaves it to the time
    }
    connection.unshift(head);
    return head.toString('latin1');
  } finally {
    clearTimeout(late);
  }
}
