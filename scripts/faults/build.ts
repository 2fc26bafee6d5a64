import { cp, mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { transformFile } from '@swc/core';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { builtBundle } from '../../src/workers/workflow-bundle';

const root = join(__dirname, '..', '..');

/** Holdfast as it is published, compiled from a folder of sources, with the gates beside it. */
export interface Build {
  /** `bin/holdfast` of it. */
  readonly program: string;
  /** Goes into `node --require`. */
  readonly preload: string;
  readonly workflowBundle: { readonly codePath: string };
}

/** Compiles `sources` (a folder like `src`) into `folder`, which must not exist. Types are not looked at. */
export async function buildHoldfast(folder: string, sources = join(root, 'src')): Promise<Build> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  await Promise.all([
    symlink(join(root, 'node_modules'), join(folder, 'node_modules')),
    cp(join(root, 'package.json'), join(folder, 'package.json')),
    cp(join(root, 'bin', 'holdfast'), join(folder, 'bin', 'holdfast')),
    compile(sources, join(folder, 'dist')),
    compile(join(__dirname, 'gates'), join(folder, 'gates')),
    cp(join(__dirname, 'gates', 'held-tool.sh'), join(folder, 'gates', 'held-tool.sh')),
  ]);
  const codePath = join(folder, 'dist', builtBundle);
  await bundle(join(folder, 'dist', 'workflows'), codePath);
  const program = join(folder, 'bin', 'holdfast');
  return { program, preload: join(folder, 'gates', 'preload.js'), workflowBundle: { codePath } };
}

/** Written beside and renamed: a bundle that is there is whole. */
async function bundle(workflowsPath: string, codePath: string): Promise<void> {
  const payloadConverterPath = join(workflowsPath, 'payload-converter.js');
  const logger = new DefaultLogger('WARN');
  const { code } = await bundleWorkflowCode({ workflowsPath, payloadConverterPath, logger });
  await writeFile(`${codePath}.new`, code);
  await rename(`${codePath}.new`, codePath);
}

async function compile(from: string, into: string): Promise<void> {
  const files = await readdir(from, { recursive: true, withFileTypes: true });
  const sources = files.filter((file) => file.isFile() && file.name.endsWith('.ts'));
  await Promise.all(
    sources.map(async (file) => {
      const source = join(file.parentPath, file.name);
      const target = join(into, relative(from, source).replace(/\.ts$/, '.js'));
      await mkdir(join(target, '..'), { recursive: true });
      const { code } = await transformFile(source, {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
      });
      await writeFile(target, code);
    }),
  );
}
