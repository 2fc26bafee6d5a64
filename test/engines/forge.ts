import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Artefact, Manifest } from '../../src/model/manifest';
import { artefactFile } from './back-up';
import type { TestCluster } from './cluster';

/** One member as an attacker would write it. */
export interface ForgedMember {
  readonly name: string;
  /** `0` a file, `1` a hard link, `2` a symbolic link, `3` a device, `6` a pipe. */
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
  readonly content?: string;
  /** A GNU member with one hole of this size. */
  readonly hole?: number;
}

/** The member in the bytes of a tar archive. */
export function tarMember({ name, type = '0', link = '', mode = 0o600, content = '', hole }: ForgedMember): Buffer {
  const header = Buffer.alloc(512);
  const put = (at: number, text: string) => header.write(text, at, 'latin1');
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  put(0, name);
  put(100, octal(mode, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(content.length, 12));
  put(136, octal(0, 12));
  put(156, hole === undefined ? type : 'S');
  put(157, link);
  put(257, 'ustar  \0');
  if (type === '3') put(329, octal(1, 8) + octal(3, 8));
  if (hole !== undefined) {
    put(386, octal(hole, 12) + octal(0, 12));
    put(483, octal(hole, 12));
  }
  put(148, '        ');
  put(
    148,
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
  );
  return Buffer.concat([header, Buffer.from(content.padEnd(Math.ceil(content.length / 512) * 512, '\0'), 'latin1')]);
}

/** The same backup with other members in one of its archives: every sum and size of the manifest fits, as whoever may write to the storage can make it. */
export function withMembers(
  cluster: TestCluster,
  manifest: Manifest,
  role: string,
  ...members: readonly ForgedMember[]
): Manifest {
  return changed(cluster, manifest, role, (tar) => {
    let end = tar.length;
    while (end >= 512 && tar.subarray(end - 512, end).every((byte) => byte === 0)) end -= 512;
    return Buffer.concat([tar.subarray(0, end), ...members.map(tarMember), Buffer.alloc(1024)]);
  });
}

/** The same backup with nothing in one of its archives but a file that every data directory has, and these members. */
export function onlyMembers(
  cluster: TestCluster,
  manifest: Manifest,
  role: string,
  ...members: readonly ForgedMember[]
): Manifest {
  const all = [{ name: 'PG_VERSION', content: '15\n' }, ...members];
  return changed(cluster, manifest, role, () => Buffer.concat([...all.map(tarMember), Buffer.alloc(1024)]));
}

/** The same backup with another content of one artefact. */
export function changed(
  cluster: TestCluster,
  manifest: Manifest,
  role: string,
  change: (content: Buffer) => Buffer,
): Manifest {
  const file = artefactFile(cluster, manifest, role);
  const plain = change(execFileSync('zstd', ['-dc', file], { maxBuffer: 2 ** 30 }));
  const stored = execFileSync('zstd', ['-1', '-c'], { input: plain, maxBuffer: 2 ** 30 });
  writeFileSync(file, stored);
  const sizes = { bytes: plain.length, 'stored-bytes': stored.length, sha256: sha256(stored) };
  const artefacts = manifest.artefacts.map((each): Artefact => (each.role === role ? { ...each, ...sizes } : each));
  return { ...manifest, artefacts };
}

/** Puts an artefact's file back when the test has ended. */
export function keepingArtefact(cluster: TestCluster, manifest: Manifest, role: string): () => void {
  const file = artefactFile(cluster, manifest, role);
  const good = readFileSync(file);
  return () => writeFileSync(file, good);
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
