import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../../scripts/servers/run-tool';

const root = join(__dirname, '..', '..');

/** The package as `npm pack` makes it, in an empty folder, as `npm install` would lay it out there. */
export interface Installed {
  readonly folder: string;
  /** Where the package lies. */
  readonly at: string;
  /** What `npx holdfast` runs. */
  readonly program: string;
  remove(): Promise<void>;
}

/** The packages that it needs come from this checkout, so that no network is needed. */
export async function installPackage(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-package-'));
  const [at, bin] = [join(folder, 'node_modules', 'holdfast'), join(folder, 'node_modules', '.bin')];
  for (const made of [at, bin]) await mkdir(made, { recursive: true });
  await runTool('npm', ['pack', root, '--pack-destination', folder]);
  const packed = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? 'none';
  await runTool('tar', ['-xzf', join(folder, packed), '-C', at, '--strip-components=1']);
  await symlink(join(root, 'node_modules'), join(at, 'node_modules'));
  const program = join(bin, 'holdfast');
  await symlink(join('..', 'holdfast', 'bin', 'holdfast'), program);
  return { folder, at, program, remove: () => rm(folder, { recursive: true, force: true }) };
}
