import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/** A copy of the sources in which one piece of a file is another: the next version of Holdfast. */
export interface OtherVersion {
  readonly folder: string;
  remove(): Promise<void>;
}

/** Stands outside the checkout, with its packages linked. Throws where the file does not have the piece exactly once. */
export async function otherVersion(file: string, piece: string, instead: string): Promise<OtherVersion> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-version-'));
  await mkdir(join(folder, 'test', 'workers'), { recursive: true });
  await linkPackages(folder);
  for (const name of ['src', 'package.json', 'tsconfig.json', join('test', 'workers', 'run-worker.ts')])
    await cp(join(root, name), join(folder, name), { recursive: true });
  const text = await readFile(join(folder, file), 'utf8');
  const pieces = text.split(piece);
  if (pieces.length !== 2) throw new Error(`${file} has "${piece}" ${pieces.length - 1} times`);
  await writeFile(join(folder, file), pieces.join(instead));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** One by one: what the checkout keeps in its cache stays its own. */
async function linkPackages(folder: string): Promise<void> {
  const packages = join(folder, 'node_modules');
  await mkdir(packages);
  const names = (await readdir(join(root, 'node_modules'))).filter((name) => name !== '.cache');
  await Promise.all(names.map((name) => symlink(join(root, 'node_modules', name), join(packages, name))));
}
