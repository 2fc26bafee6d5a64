import { join } from 'node:path';
import { startPostgres } from '../../scripts/servers/postgres';
import { startS3 } from '../../scripts/servers/s3';
import { startTemporal } from '../../scripts/servers/temporal';
import { temporaryFolder } from '../../scripts/servers/temporary-folder';

/** Starts one of each, says where they are, and waits to be killed. */
async function main(): Promise<void> {
  const { path } = await temporaryFolder('holdfast-owner');
  const [postgres, s3, temporal] = await Promise.all([
    startPostgres({ folder: join(path, 'pg'), fsync: false }),
    startS3({ folder: path }),
    startTemporal({ folder: path, ui: false }),
  ]);
  const ports = [postgres.port, Number(new URL(s3.endpoint).port), Number(temporal.address.split(':')[1])];
  process.stdout.write(`${JSON.stringify({ path, ports })}\n`);
  setInterval(() => {}, 60_000);
}

void main();
