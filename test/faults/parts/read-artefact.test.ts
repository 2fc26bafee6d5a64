import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wrongArtefact } from '../../../scripts/faults/parts/read-artefact';
import { runTool } from '../../../scripts/servers/run-tool';
import { type TemporaryFolder, temporaryFolder } from '../../../scripts/servers/temporary-folder';
import type { Artefact } from '../../../src/model/manifest';
import { findPostgres } from '../../../tools/find';

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder('holdfast-artefact');
});
afterAll(() => folder?.remove());

/** Stores a tar of one file, or what `spoil` makes of it, with a line of the manifest that fits. */
async function stored(compression: Artefact['compression'], spoil = (tar: Buffer) => tar): Promise<Artefact> {
  const plain = join(folder.path, 'base.tar');
  await writeFile(join(folder.path, 'rows'), 'row\n'.repeat(50_000));
  await runTool('tar', ['--create', '--file', plain, '--directory', folder.path, 'rows']);
  const tar = spoil(await readFile(plain));
  await writeFile(plain, tar);
  if (compression === 'zstd') await runTool('zstd', ['--quiet', '--force', plain]);
  const path = compression === 'zstd' ? 'base.tar.zst' : 'base.tar';
  const bytes = await readFile(join(folder.path, path));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    path,
    bytes: tar.length,
    'stored-bytes': bytes.length,
    sha256,
    compression,
    encryption: 'none',
    role: 'base',
  };
}

const verdict = (artefact: Artefact) => wrongArtefact(folder.path, artefact, findPostgres());

test.each(['zstd', 'none'] as const)(
  'an artefact that is as its manifest says is found good (%s)',
  async (compression) => {
    expect(await verdict(await stored(compression))).toBeUndefined();
  },
);

test('other sizes and checksums than the manifest has are told', async () => {
  const artefact = await stored('zstd');
  expect(await verdict({ ...artefact, 'stored-bytes': 1 })).toMatch(/^base.tar.zst has \d+ bytes$/);
  expect(await verdict({ ...artefact, sha256: '0'.repeat(64) })).toBe('base.tar.zst has another checksum');
  expect(await verdict({ ...artefact, bytes: 1 })).toMatch(/^base.tar.zst holds \d+ bytes$/);
});

test('a tar that was cut short is told though its manifest fits', async () => {
  expect(await verdict(await stored('zstd', (tar) => tar.subarray(0, 100_000)))).toMatch(/cannot be read: .*tar/s);
});
