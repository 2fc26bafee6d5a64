import { open, stat } from 'node:fs/promises';
import { Distiller } from '../pipeline/distiller';
import type { JobLog } from '../pipeline/pipeline';
import { serverLog } from '../pipeline/server-log';

const maxRead = 64 * 2 ** 10;

/** Notes where a server's log file ends now; what it returns tells why it ended since, and puts all that it wrote into the job's log. */
export async function fileEnd(path: string, log: JobLog): Promise<() => Promise<string>> {
  const from = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  return async () => {
    const handle = await open(path, 'r').catch(() => undefined);
    if (handle === undefined) return '';
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxRead), 0, maxRead, from);
      const distiller = new Distiller();
      const tell = serverLog();
      for (const line of buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n')) {
        log.line('server', line);
        distiller.line(tell(line) ?? '');
      }
      return distiller.distilled();
    } finally {
      await handle.close();
    }
  };
}
