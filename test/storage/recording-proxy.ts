import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

interface Refusal {
  readonly status: number;
  readonly xml: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An HTTP hop that writes down what passes, and can answer in the server's place. */
export interface RecordingProxy {
  readonly endpoint: string;
  readonly requests: RecordedRequest[];
  /** Gives the error of an S3 server instead of passing a request on; undefined passes it on. */
  refuse: (request: RecordedRequest) => Refusal | undefined;
  /** Passes a request on, and breaks the connection instead of giving the answer back. */
  loseAnswer: (request: RecordedRequest) => boolean;
  close(): Promise<void>;
}

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const recorded = { method, path: url, headers };
    proxy.requests.push(recorded);
    const refusal = proxy.refuse(recorded);
    if (refusal) {
      incoming.resume();
      incoming.on('end', () => outgoing.writeHead(refusal.status, refusal.headers).end(refusal.xml));
      return;
    }
    const onward = send({ hostname, port, method, path: url, headers }, (answer) => {
      if (proxy.loseAnswer(recorded)) {
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: RecordingProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    refuse: () => undefined,
    loseAnswer: () => false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
