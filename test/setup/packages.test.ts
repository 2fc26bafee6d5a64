import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Sandbox } from './sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.go();
});
afterEach(() => sandbox.remove());

const modules = (...inner: string[]) => path.join(sandbox.tree, 'node_modules', ...inner);
/** An `npm` that installs one file and says what the real one says on a machine with odd settings. */
const noisyNpm = `echo 'npm warn Unknown user config "nodedir"' >&2
echo 'npm warn deprecated inflight@1.0.6' >&2
mkdir node_modules; echo "$*" > node_modules/arguments`;

describe('the npm packages', () => {
  it('are installed where there are none, and none of the warnings reaches the screen', async () => {
    rmSync(modules(), { recursive: true });
    sandbox.program('npm', noisyNpm);
    const { code, output } = await sandbox.run();
    expect(output).toContain('✓ npm packages installed');
    expect(output).not.toContain('warn');
    expect(code).toBe(0);
    expect(readFileSync(modules('arguments'), 'utf8')).toMatch(/^ci --ignore-scripts --include=dev /);
    expect(readdirSync(sandbox.tree).filter((name) => name.startsWith('.setup-'))).toEqual([]);
  });

  it('are installed again when the lock file says otherwise, and then left alone', async () => {
    await sandbox.run();
    const lock = path.join(sandbox.tree, 'package-lock.json');
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(/"node_modules\/zod": \{\s*"version": "/, '$&9'));
    sandbox.program('npm', noisyNpm);
    expect((await sandbox.run()).output).toContain('✓ npm packages installed');
    sandbox.program('npm', 'exit 1');
    expect((await sandbox.run()).output).toMatch(/^set-up complete/);
  });

  it('that npm itself brought up to date are taken without another installation', async () => {
    sandbox.program('npm', 'exit 1');
    const { code } = await sandbox.run();
    expect(code).toBe(0);
    expect(existsSync(modules('.holdfast-stamp'))).toBe(true);
  });

  it('show the end of what npm said when it fails, and stay as they were', async () => {
    rmSync(modules('.package-lock.json'));
    writeFileSync(modules('kept'), '');
    sandbox.program('npm', 'echo "npm error code EINTEGRITY"; exit 1');
    const { code, output } = await sandbox.run();
    expect(output).toMatch(/✗ `npm ci` ended with exit code 1; from .+\.log:\n {8}npm error code EINTEGRITY/);
    expect(code).toBe(1);
    expect(existsSync(modules('kept'))).toBe(true);
  });
});
