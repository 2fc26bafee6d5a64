import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface XmlAnswer {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  /** Further elements of the error. */
  readonly more?: string;
}

/** A server that gives every request the same S3 error. */
export interface XmlServer {
  readonly endpoint: string;
  readonly requests: () => number;
  answer(with_: XmlAnswer): void;
  close(): Promise<void>;
}

export async function startXmlServer(): Promise<XmlServer> {
  let answer: XmlAnswer = { status: 500 };
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    request.resume();
    request.on('end', () => {
      const { status, code, message = '', more = '' } = answer;
      const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`;
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(code === undefined || request.method === 'HEAD' ? '' : body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    answer: (next) => {
      answer = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
