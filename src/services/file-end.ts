import { open, stat } from 'node:fs/promises';
import { Distiller } from '../pipeline/distiller';

const maxRead = 64 * 2 ** 10;

/** Notes where a log file ends now; what it returns tells what was written to it since, distilled. */
export async function fileEnd(path: string): Promise<() => Promise<string>> {
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
      for (const line of buffer.toString('utf8', 0, bytesRead).split('\n')) distiller.line(line);
      return distiller.distilled();
    } finally {
      await handle.close();
    }
  };
}
