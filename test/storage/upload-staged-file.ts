import { uploadStaged } from '../../src/pipeline/upload-staged';
import { createS3Storage } from '../../src/storage/s3/create-s3-storage';
import { s3Config } from './s3-fixture';

/** Uploads the file `staged` of a folder as an agent uploads an artefact, and says its sha256. */
async function main([place = '{}']: readonly string[]): Promise<void> {
  const { endpoint, region, accessKey, secretKey, key, folder } = JSON.parse(place) as Record<string, string>;
  const config = s3Config({ endpoint, region });
  const storage = createS3Storage({ name: 'main', config, accessKey: accessKey ?? '', secretKey: secretKey ?? '' });
  const bytes = 100 * 2 ** 20;
  const artefact = { path: 'staged', bytes, 'stored-bytes': bytes, sha256: '', role: 'base' } as const;
  const [uploaded] = await uploadStaged({
    storage,
    prefix: (key ?? '').slice(0, -'staged'.length),
    folder: folder ?? '',
    artefacts: [{ ...artefact, compression: 'none', encryption: 'none' }],
    signal: new AbortController().signal,
  });
  process.stdout.write(`${uploaded?.sha256}\n`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
