import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artefact } from '../../../src/model/manifest';
import { runTool } from '../../servers/run-tool';
import type { Verdict } from '../ended';

/** What reads each kind of artefact to its end, from stdin. */
const readers: Readonly<Record<string, string>> = {
  dump: 'pg_restore --file /dev/null',
  base: 'tar --list',
};

/** Counts the bytes on the way; a reader may stop before the last of them, as tar does at its end mark. */
const script = `
set -o pipefail
if [ "$3" = none ]; then cat -- "$1"; else zstd --decompress --stdout -- "$1"; fi | tee >(wc --bytes >&2) | { $2 >/dev/null; code=$?; cat >/dev/null; exit $code; }
`;

/** Holds a stored artefact against its line of the manifest, and lets the tools that would restore it, those of `tools` first, read all of it. */
export async function wrongArtefact(folder: string, artefact: Artefact, tools: string): Promise<Verdict> {
  const file = join(folder, artefact.path);
  const bytes = await readFile(file);
  if (bytes.length !== artefact['stored-bytes']) return `${artefact.path} has ${bytes.length} bytes`;
  if (createHash('sha256').update(bytes).digest('hex') !== artefact.sha256)
    return `${artefact.path} has another checksum`;
  const reader = readers[artefact.role] ?? 'cat';
  const env = { PATH: `${tools}:${process.env['PATH']}` };
  return runTool('bash', ['--norc', '-c', script, 'read', file, reader, artefact.compression], { env }).then(
    ({ stderr }) => (Number(stderr) === artefact.bytes ? undefined : `${artefact.path} holds ${stderr.trim()} bytes`),
    (error: Error) => `${artefact.path} cannot be read: ${error.message}`,
  );
}
