import { createConnection } from 'node:net';
import type { EngineContext } from '../engine';
import { dataDirectory } from './data-directory';
import { processesIn } from './processes';

/** No process works on the data directory, and nothing listens where the server did. */
export async function isServerDown(context: EngineContext): Promise<boolean> {
  if (context.unit['data-directory'] !== undefined) {
    if ((await processesIn(await dataDirectory(context))).length > 0) return false;
  }
  return !(await listens(context));
}

/** An answer that does not come counts as one: what is not known to be down is not down. */
function listens({ unit: { host, port } }: EngineContext): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.setTimeout(5_000, () => answer(true));
    socket.once('connect', () => answer(true));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      answer(!['ECONNREFUSED', 'ENOENT'].includes(error.code ?? '')),
    );
  });
}
