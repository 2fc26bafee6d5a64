import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Valve } from './valve';

export interface HopRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** An answer in the server's place. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `lose-answer`: the server gets the request, and the connection breaks instead of giving its answer back. */
export type Verdict = 'pass' | 'lose-answer' | Answer;

export interface HopOptions {
  /** Asked once per request, before anything of it is passed on. */
  readonly judge: (request: HopRequest) => Verdict;
  /** Told when the server answers a request that was passed on. */
  readonly onAnswer?: (request: HopRequest, status: number) => void;
  /** Told of the bytes of bodies that passed: `up` from the client, `down` to it. */
  readonly onBody?: (request: HopRequest, direction: 'up' | 'down', bytes: number) => void;
}

/** An HTTP hop in front of a server. Requests pass as the client signed them, its Host header included; bodies are streamed, never kept. */
export interface HttpHop {
  readonly endpoint: string;
  /** What every byte goes through. */
  readonly valve: Valve;
  /** Refuses connections from now on, and breaks those that are open. Idempotent. */
  fall(): Promise<void>;
  /** Listens again, at the same port. Idempotent. */
  rise(): Promise<void>;
  close(): Promise<void>;
}

/** Answers in front of the plain HTTP server `target`. */
export async function startHttpHop(target: string, options: HopOptions): Promise<HttpHop> {
  const { hostname, port } = new URL(target);
  const valve = new Valve();
  const server = createServer((incoming, outgoing) => {
    void valve.pass(0).then(() => carry({ hostname, port }, { incoming, outgoing }, valve, options));
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const address = server.address() as AddressInfo;
  const fall = async () => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  const rise = async () => {
    if (!server.listening) await listen(address.port);
  };
  const close = async () => {
    await fall();
    valve.release();
  };
  return { endpoint: `http://127.0.0.1:${address.port}`, valve, fall, rise, close };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

function carry(
  target: { hostname: string; port: string },
  { incoming, outgoing }: Exchange,
  valve: Valve,
  { judge, onBody, onAnswer }: HopOptions,
): void {
  if (outgoing.destroyed) return; // its client did not wait for the valve to open
  const { method = '', url: path = '', headers } = incoming;
  const request = { method, path, headers };
  const verdict = judge(request);
  if (typeof verdict === 'object') {
    incoming.resume().on('end', () => answer(outgoing, method, verdict));
    return;
  }
  // a connection of its own for each, so that none is found dead when the server was restarted meanwhile
  const onward = send({ ...target, method, path, headers, agent: false }, (back) => {
    onAnswer?.(request, back.statusCode ?? 502);
    if (verdict === 'lose-answer') {
      outgoing.destroy();
      return;
    }
    outgoing.writeHead(back.statusCode ?? 502, back.headers);
    back.on('error', () => outgoing.destroy());
    back.pipe(valve.stream((bytes) => onBody?.(request, 'down', bytes))).pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  // whichever side goes in the middle takes the other with it
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(valve.stream((bytes) => onBody?.(request, 'up', bytes))).pipe(onward);
}

function answer(outgoing: ServerResponse, method: string, { status, body, headers }: Answer): void {
  outgoing.writeHead(status, headers).end(method === 'HEAD' ? undefined : body);
}
