import { createServer as createHttp } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import type { Socket } from 'node:net';

/** What is spoken on a port: by SDKs and tools, or by browsers. */
export type Speech = 'grpc' | 'http';

const permissionDenied = '7';
/** A refusal is told once and quickly; who does not listen is cut off. */
const patience = 2_000;
const mostAtOnce = 16;

/** Tells whoever is at the other end of a connection, in the words of the port, that this is not for him, and closes it. */
export class Refusals {
  private open = 0;
  private readonly servers;

  constructor(private readonly reason: string) {
    const http = createHttp((_, answer) => {
      answer.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${reason}\n`);
    });
    const grpc = createHttp2();
    grpc.on('stream', (stream) => {
      stream.on('error', () => {});
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': permissionDenied,
          'grpc-message': encodeURIComponent(this.reason),
        },
        { endStream: true },
      );
    });
    grpc.on('sessionError', () => {});
    this.servers = { http, grpc };
  }

  refuse(connection: Socket, speech: Speech): void {
    connection.on('error', () => {});
    if (this.open >= mostAtOnce) return void connection.destroy();
    this.open += 1;
    const late = setTimeout(() => connection.destroy(), patience);
    late.unref();
    connection.once('close', () => {
      clearTimeout(late);
      this.open -= 1;
    });
    this.servers[speech].emit('connection', connection);
    connection.resume();
  }
}
