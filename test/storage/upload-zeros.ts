import { Readable } from 'node:stream';
import { createDirectoryStorage } from '../../src/storage/directory/create-directory-storage';
import { createS3Storage } from '../../src/storage/s3/create-s3-storage';
import { s3Config } from './s3-fixture';

/**
 * A worker of its own: uploads as many bytes as it is told, says `+` every 16 MiB, and prints its peak memory before and after in
 * KiB. With `Infinity` it goes on until it is killed.
 */
async function main(where: string, bytes: number): Promise<void> {
  const { S3_KEY: accessKey = '', S3_SECRET: secretKey = '' } = process.env;
  const storage = where.startsWith('http')
    ? createS3Storage({
        name: 'main',
        config: s3Config({ endpoint: where, 'part-size': '16MiB' }),
        accessKey,
        secretKey,
      })
    : createDirectoryStorage({ name: 'near', config: { kind: 'directory', path: where } });
  await storage.put('warm', 'up');
  const before = process.resourceUsage().maxRSS;
  const upload = await storage.upload('zeros');
  await upload.complete(await upload.write(zeros(bytes, () => process.stdout.write('+'))));
  process.stdout.write(`\n${JSON.stringify({ before, after: process.resourceUsage().maxRSS })}\n`);
}

function zeros(bytes: number, tick: () => void): Readable {
  const chunks = function* () {
    for (let sent = 0, said = 0; sent < bytes; sent += 65_536) {
      if (sent - said >= 16 * 2 ** 20) {
        said = sent;
        tick();
      }
      yield Buffer.alloc(Math.min(65_536, bytes - sent));
    }
  };
  return Readable.from(chunks(), { objectMode: false });
}

const [where = '', bytes = '0'] = process.argv.slice(2);
void main(where, Number(bytes));
