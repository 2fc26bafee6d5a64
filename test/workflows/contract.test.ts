import type { Workflows } from '../../src/activities/contract';
import * as workflows from '../../src/workflows';
import { bundleWorkflows } from './stage/bundle';

describe('the workflows', () => {
  it('are those of the contract', () => {
    const served: Workflows = workflows; // their inputs and results are checked by the compiler
    const names = ['backup', 'checkup', 'dropPrevious', 'restore', 'restoreMutex', 'restorePlan', 'verify'];
    expect(Object.keys(served).sort()).toEqual(names);
  });

  it('load no schema library into the sandbox', async () => {
    const { code } = await bundleWorkflows();
    expect(code).not.toMatch(/node_modules\/zod\//);
    const ours = code.slice(0, code.indexOf('sourceMappingURL')).length;
    console.info(`workflow bundle: ${Math.round(ours / 1024)} KiB without its source map`);
  });
});
