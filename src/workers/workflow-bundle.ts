import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkerOptions } from '@temporalio/worker';
import { version } from '@temporalio/worker/package.json';

type Bundle = NonNullable<WorkerOptions['workflowBundle']>;

const logger = new DefaultLogger('WARN'); // what the bundler tells of its work is of use to nobody

/** What the build calls its bundle: a worker of another version of the SDK must not take it. */
export const builtBundle = `workflow-bundle-${version}.js`;

/** The bundle that the build made, or else one of the workflows beside us. */
export async function workflowBundle(): Promise<Bundle> {
  const codePath = join(__dirname, '..', builtBundle);
  return existsSync(codePath) ? { codePath } : bundleOfSources();
}

export function bundleOfSources(): Promise<{ code: string }> {
  const room = (name: string) => join(__dirname, '..', name);
  return bundleOf(require.resolve('../workflows'), [room('model'), room('workflows')]);
}

/** Bundling takes seconds, so in a checkout what was bundled of the same sources is used again. `sources` are all folders and files that get in. */
export async function bundleOf(entry: string, sources: readonly string[]): Promise<{ code: string }> {
  const digest = await digestOf(sources);
  const kept = join(__dirname, '..', '..', 'node_modules', '.cache', 'holdfast', `${nameOf(entry)}-${digest}.js`);
  const code = await readFile(kept, 'utf8').catch(() => undefined);
  if (code !== undefined) return { code };
  const payloadConverterPath = require.resolve('../workflows/payload-converter');
  const bundle = await bundleWorkflowCode({ workflowsPath: entry, payloadConverterPath, logger });
  // what was edited meanwhile may be in the bundle or not; and who may not write there bundles every time
  if ((await digestOf(sources)) === digest) await keep(kept, bundle.code, nameOf(entry)).catch(() => undefined);
  return bundle;
}

const nameOf = (entry: string) => `${basename(dirname(entry))}-${basename(entry).replace(/\.\w+$/, '')}`;

/** Whoever looks for it at the same time sees all of it or nothing; older ones of the same entry go. */
async function keep(file: string, code: string, name: string): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  const old = (await readdir(folder)).filter((entry) => entry.startsWith(`${name}-`) && entry.endsWith('.js'));
  await Promise.all(old.map((entry) => rm(join(folder, entry), { force: true })));
  await writeFile(`${file}.${process.pid}`, code);
  await rename(`${file}.${process.pid}`, file);
}

/** Of these files, and of those in these folders. */
export async function digestOf(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(version);
  for (const source of sources) {
    for (const file of await filesOf(source)) hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesOf(source: string): Promise<string[]> {
  const names = await readdir(source, { recursive: true }).catch(() => undefined);
  if (names === undefined) return [source];
  return names
    .filter((name) => /\.[jt]s$/.test(name))
    .sort()
    .map((name) => join(source, name));
}
