import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { root } from './sources';

/** What may be in the sandbox; the bundler itself refuses Node's modules. */
const sandboxed = ['model', 'workflows'];

describe('the workflow bundle', () => {
  it('can be made, and holds nothing of ours but workflows and model', async () => {
    const warnings: string[] = [];
    const note = (message: string) => warnings.push(message);
    const silent = () => undefined;
    const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: note, error: note };
    const workflowsPath = path.join(root, 'src', 'workflows', 'index.ts');
    const { code } = await bundleWorkflowCode({ workflowsPath, logger }).catch((error: Error) => {
      throw new Error([error.message, ...warnings].join('\n'));
    });
    const rooms = new Set([...code.matchAll(/["']\.\/src\/([\w-]+)\//g)].map(([, room]) => room));
    expect(rooms).toContain('workflows');
    expect([...rooms].filter((room) => !sandboxed.includes(room ?? ''))).toEqual([]);
    expect(warnings).toEqual([]);
  });
});
