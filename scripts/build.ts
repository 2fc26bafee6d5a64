/** Makes `dist`: the sources compiled, and the workflows bundled, so that a control worker starts without bundling them. */
import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtBundle, bundleOfSources } from '../src/workers/workflow-bundle';

const root = join(__dirname, '..');
const dist = join(root, 'dist');

async function build(): Promise<void> {
  // what an older build left would be published too
  await rm(dist, { recursive: true, force: true });
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const compile = [compiler, '-p', join(root, 'tsconfig.build.json')];
  if (spawnSync(process.execPath, compile, { stdio: 'inherit' }).status !== 0) throw new Error('it does not compile');
  await writeFile(join(dist, builtBundle), withoutOurPaths((await bundleOfSources()).code));
}

/** The bundler names files by where they lie on this machine, also in the source map at the end. */
function withoutOurPaths(code: string): string {
  const shorten = (text: string) => text.replaceAll(`${root}/`, '');
  const map = /(?<=\bsourceMappingURL=data:[^,]*;base64,)[\w+/=]+/;
  const inBase64 = (text: string) => Buffer.from(text).toString('base64');
  return shorten(code).replace(map, (encoded) => inBase64(shorten(Buffer.from(encoded, 'base64').toString())));
}

build().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
