import { existsSync } from 'node:fs';
import path from 'node:path';
import { Sandbox } from './sandbox';

/** Two seconds is the promise; the third is for a machine that does other things meanwhile. */
const promptlySeconds = 3;

describe('set-up where all is there', () => {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = new Sandbox();
  });
  afterAll(() => sandbox.remove());

  it('says so in one line, promptly, on this very machine', async () => {
    const { PATH, HOME, HOLDFAST_CACHE, XDG_CACHE_HOME, CHROME_PATH } = process.env;
    const machine = { PATH, HOME, HOLDFAST_CACHE, XDG_CACHE_HOME, CHROME_PATH };
    await sandbox.run(undefined, machine);
    const { code, output, seconds } = await sandbox.run(undefined, machine);
    expect(output).toMatch(/^set-up complete: npm packages, PostgreSQL [\d.]+, .*temporal [\d.]+, versitygw.*\n$/);
    expect(output).not.toMatch(/warn|error/i);
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(promptlySeconds);
  });

  it('takes servers that are on the PATH, and keeps no copy', async () => {
    sandbox.program('temporal', 'echo "temporal version 1.5.2 (Server 1.30.0, UI 2.43.0)"');
    sandbox.program('versitygw', 'echo "Version  : 1.9.0"');
    const { code, output } = await sandbox.run();
    expect(output).toContain('temporal 1.30.0, versitygw 1.9.0');
    expect(code).toBe(0);
    expect(existsSync(sandbox.cached('temporal'))).toBe(false);
  });

  it('does not take a temporal on the PATH that is too old, in set-up or in tests', async () => {
    sandbox.program('temporal', 'echo "temporal version 1.0.0 (Server 1.24.2, UI 2.28.0)"');
    sandbox.go();
    const { code } = await sandbox.run();
    expect(code).toBe(0);
    const look = `process.stdout.write(require(${JSON.stringify(path.join(sandbox.tree, 'tools', 'find.js'))}).findTemporal())`;
    expect((await sandbox.run(['-e', look])).output).toBe(sandbox.cached('temporal'));
  });

  it('refuses a Node that is too old, before it loads anything that such a Node cannot read', async () => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.18.3' })`;
    const { code, output } = await sandbox.run(['--import', `data:text/javascript,${pretend}`, 'scripts/setup.mjs']);
    expect(output).toBe(
      'Holdfast needs Node.js 20.19.0 or newer, and this is 20.18.3: see https://nodejs.org/en/download\n',
    );
    expect(code).toBe(1);
  });
});
