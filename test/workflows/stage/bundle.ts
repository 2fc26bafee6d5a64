import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { version } from '@temporalio/worker/package.json';

const root = path.join(__dirname, '..', '..', '..');
const silent = () => undefined;
const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/** The workflows as the control worker loads them. Bundling takes seconds, so what was bundled of the same sources before is used again. */
export async function bundleWorkflows(): Promise<{ code: string }> {
  const folder = path.join(root, 'node_modules', '.cache', 'holdfast');
  const file = path.join(folder, `workflows-${digestOfSources()}.js`);
  if (existsSync(file)) return { code: readFileSync(file, 'utf8') };
  const workflowsPath = path.join(root, 'src', 'workflows', 'index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  mkdirSync(folder, { recursive: true });
  for (const old of readdirSync(folder)) if (old.endsWith('.js')) rmSync(path.join(folder, old), { force: true });
  writeFileSync(`${file}.${process.pid}`, code);
  renameSync(`${file}.${process.pid}`, file); // other test files look for it at the same time
  return { code };
}

/** Of all that can get into the bundle. */
function digestOfSources(): string {
  const hash = createHash('sha256').update(version);
  for (const room of ['model', 'workflows']) {
    const folder = path.join(root, 'src', room);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    for (const name of files.sort()) hash.update(name).update(readFileSync(path.join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
