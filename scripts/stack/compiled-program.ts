import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtBundle, bundleOfSources, digestOf } from '../../src/workers/workflow-bundle';
import { runTool } from '../servers/run-tool';

const root = join(__dirname, '..', '..');
const home = join(root, 'node_modules', '.cache', 'holdfast');
const oldMs = 3_600_000; // longer than any run of tests

/**
 * `bin/holdfast` with the sources of this checkout compiled, as the package has it. It starts in half the time that the checkout's own
 * needs, which compiles as it goes: tests start hundreds. Made anew whenever a source has changed; undefined where it cannot be made.
 */
export async function compiledProgram(): Promise<string | undefined> {
  const place = await placeFor();
  if (!existsSync(place)) await make(place).catch(() => undefined);
  return existsSync(place) ? join(place, 'bin', 'holdfast') : undefined;
}

const placeFor = async () =>
  join(home, `program-${await digestOf([join(root, 'src'), join(root, 'bin', 'holdfast')])}`);

async function make(place: string): Promise<void> {
  await mkdir(home, { recursive: true });
  await dropOld();
  const staging = await mkdtemp(join(home, 'making-'));
  try {
    const compile = [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'tsconfig.build.json')];
    // types are the type-check's business: what can be compiled can be run
    await runTool(process.execPath, [...compile, '--outDir', join(staging, 'dist')], { accept: [0, 1, 2] });
    await writeFile(join(staging, 'dist', builtBundle), (await bundleOfSources()).code);
    await copyFile(join(root, 'package.json'), join(staging, 'package.json'));
    await mkdir(join(staging, 'bin'));
    await copyFile(join(root, 'bin', 'holdfast'), join(staging, 'bin', 'holdfast'));
    // what was edited meanwhile may be in it or not
    if ((await placeFor()) === place) await rename(staging, place);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function dropOld(): Promise<void> {
  for (const name of (await readdir(home)).filter((entry) => /^(program|making)-/.test(entry))) {
    const made = await stat(join(home, name)).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > oldMs) await rm(join(home, name), { recursive: true, force: true });
  }
}
