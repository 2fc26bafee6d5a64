import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Sandbox } from './sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.go();
});
afterEach(() => sandbox.remove());

/** What set-up's own modules answer in the sandbox; `expression` sees their exports. */
const evaluate = async (expression: string) => {
  const script = `Promise.all(['system', 'install'].map((name) => import('./scripts/setup/' + name + '.mjs'))).then(async (all) => {
    const { inspectSystem, explain, installsItself, install } = Object.assign({}, ...all);
    process.stdout.write(String(await (${expression})));
  })`;
  return (await sandbox.run(['-e', script])).output;
};

describe('a part of the system that is missing', () => {
  it('is told with the command of the package manager that is there, and the run ends as failed', async () => {
    sandbox.without('zstd');
    sandbox.program('brew');
    const { code, output } = await sandbox.run();
    expect(output).toContain('✗ missing: zstd\n      install with: brew install zstd\n');
    expect(output).toContain('✓ versitygw 1.8.0 built');
    expect(code).toBe(1);
  });

  it('is told without a command where no package manager is known', async () => {
    sandbox.without('zstd');
    const { code, output } = await sandbox.run();
    expect(output).toContain(`missing: zstd\n      install it with your system's package manager`);
    expect(code).toBe(1);
  });

  it.each(['curl', 'openssl'])('is told also where only the tests need it: %s', async (name) => {
    sandbox.without(name);
    const machine = JSON.stringify({ manager: 'apt-get', root: true, ubuntu: false });
    const said = await evaluate(`explain(inspectSystem().missing, ${machine})`);
    expect(said).toContain(`apt-get install -y ${name}`);
  });

  it.each([
    [
      'apt-get',
      false,
      false,
      'sudo apt-get update && sudo apt-get install -y zstd chromium chromium-sandbox fonts-liberation',
    ],
    ['apt-get', true, false, 'apt-get update && apt-get install -y zstd chromium chromium-sandbox fonts-liberation'],
    [
      'apt-get',
      false,
      true,
      'sudo apt-get update && sudo apt-get install -y zstd && node node_modules/playwright-core/cli.js install --with-deps chromium',
    ],
    ['dnf', false, false, 'sudo dnf install -y zstd chromium'],
    ['brew', false, false, 'brew install zstd && brew install --cask google-chrome'],
  ])('is told for %s (root: %s, Ubuntu: %s)', async (manager, root, ubuntu, command) => {
    for (const name of ['zstd', 'chromium']) sandbox.without(name);
    const machine = JSON.stringify({ manager, root, ubuntu });
    expect(await evaluate(`explain(inspectSystem().missing, ${machine})`)).toContain(`install with: ${command}`);
  });

  it('is installed without a question where this is root and there is apt', async () => {
    sandbox.without('zstd');
    const said = path.join(sandbox.folder, 'said');
    sandbox.program('dpkg', `echo "dpkg $*" >> ${said}`);
    sandbox.program(
      'apt-get',
      `echo "$DEBIAN_FRONTEND: apt-get $*" >> ${said}; cp ${sandbox.bin}/setpriv ${sandbox.bin}/zstd`,
    );
    const machine = JSON.stringify({ manager: 'apt-get', root: true, ubuntu: false });
    expect(await evaluate(`installsItself(${machine})`)).toBe('true');
    const output = await evaluate(
      `install(inspectSystem().missing, ${machine}).then(() => inspectSystem().missing.length)`,
    );
    expect(output).toMatch(/✓ installed zstd .*\n0$/);
    expect(readFileSync(said, 'utf8').split('\n')).toEqual([
      'dpkg --configure -a',
      'noninteractive: apt-get update -o DPkg::Lock::Timeout=300',
      'noninteractive: apt-get install -o DPkg::Lock::Timeout=300 --no-install-recommends -y zstd',
      '',
    ]);
  });

  it('is never installed by itself where this is not root', async () => {
    expect(await evaluate(`installsItself({ manager: 'apt-get', root: false })`)).toBe('false');
  });

  it('PostgreSQL that lacks one of its tools does not count', async () => {
    sandbox.without('pg_verifybackup');
    const look = `inspectSystem().present.includes('PostgreSQL 99.1')`;
    expect(await evaluate(look)).toBe('false');
    sandbox.program('pg_verifybackup');
    expect(await evaluate(look)).toBe('true');
  });
});
