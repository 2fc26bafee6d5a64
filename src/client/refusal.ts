import { createConnection } from 'node:net';

/** Any of these sends gRPC elsewhere, and then looking at the address itself says nothing. */
const proxies = ['grpc_proxy', 'https_proxy', 'http_proxy'];
const patience = 2_000;
const plain: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
  EHOSTUNREACH: 'no way to that host',
  ENETUNREACH: 'no way to that network',
};

/** Why nothing can be there, in a moment, where that is certain: gRPC itself would try for seconds and then not say why. */
export function refusalOf(address: string, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const [, host = '', port = '7233'] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(address) ?? [];
  if (proxies.some((name) => env[name] || env[name.toUpperCase()])) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: Number(port), timeout: patience });
    const answer = (reason?: string) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => answer());
    socket.once('timeout', () => answer());
    socket.once('error', ({ code }: NodeJS.ErrnoException) => answer(code && plain[code]));
  });
}
