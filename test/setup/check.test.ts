import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ended } from './sandbox';

const root = path.resolve(__dirname, '..', '..');
let tree: string;

beforeAll(() => {
  tree = mkdtempSync(path.join(tmpdir(), 'holdfast-check-test-'));
  for (const part of ['scripts/check.mjs', 'scripts/check', 'jest.config.js', 'tsconfig.json', 'package.json']) {
    cpSync(path.join(root, part), path.join(tree, part), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'));
  write('biome.json', '{ "linter": { "rules": { "recommended": true } }, "formatter": { "enabled": false } }');
  write(
    'test/storage/good.test.ts',
    `it('holds', () => expect(1).toBe(1));\nit('holds too', () => expect(2).toBe(2));`,
  );
  write(
    'test/model/left-out.test.ts',
    `it('holds', () => expect(1).toBe(1));\nit.${'skip'}('is left out', () => undefined);`,
  );
  write('test/engines/wrong.test.ts', `it('is wrong', () => expect(1).toBe(2));`);
  write('test/engines/broken.test.ts', `throw new Error('cannot be loaded');`);
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  writeFileSync(path.join(tree, file), `${text}\n`);
}

async function check(...words: string[]) {
  // the outer Jest tells its children things that an inner one must not hear
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  const run = await ended(spawn(process.execPath, ['scripts/check.mjs', ...words], { cwd: tree, env, stdio: 'pipe' }));
  return { ...run, lastLine: run.output.trimEnd().split('\n').at(-1) };
}

describe('the check', () => {
  it('runs only the test files that the words name, and ends with the count', async () => {
    const { code, lastLine, output } = await check('storage');
    expect(output).toMatch(/── type-check ─+\n(.*\n)*── lint ─+\n(.*\n)*── storage ─+\n/);
    expect(output).not.toContain('── unit');
    expect(lastLine).toBe('2 passed, 0 failed');
    expect(code).toBe(0);
  });

  it('fails when a test was left out, and says how many', async () => {
    const { code, lastLine } = await check('left-out');
    expect(lastLine).toBe('1 passed, 0 failed, 1 skipped');
    expect(code).toBe(1);
  });

  it('counts a wrong test and a suite that cannot be loaded as failed, and shows why', async () => {
    const { code, lastLine, output } = await check('engines');
    expect(output).toContain('cannot be loaded');
    expect(output).toContain('failed: engine');
    expect(lastLine).toBe('0 passed, 2 failed');
    expect(code).toBe(1);
  });

  it('fails when no file fits the words, and in a full run when a whole phase has no tests', async () => {
    const nothing = await check('no-such-test');
    expect(nothing.output).toContain('no test passed: nothing is shown to work\n0 passed, 0 failed');
    expect(nothing.code).toBe(1);
    const full = await check();
    expect(full.output).toContain('── workflow: FAILED: no tests');
    expect(full.code).toBe(1);
  });

  it('leaves long tests to --long, which runs nothing else, and finds them by words all the same', async () => {
    write('test/services/slow.long.test.ts', `it('takes its time', () => expect(1).toBe(1));`);
    write('test/matrix/all.long.test.ts', `it('strikes', () => expect(1).toBe(1));`);
    const long = await check('--long');
    expect(long.output).not.toContain('type-check');
    expect(long.output).toMatch(/── fault matrix ─+\n(.*\n)*── long ─+\n/);
    expect(long.lastLine).toBe('2 passed, 0 failed');
    expect(long.code).toBe(0);
    expect((await check('slow')).lastLine).toBe('1 passed, 0 failed');
    expect((await check()).output).not.toContain('slow.long.test.ts');
  });

  it('fails on a type error although every test passes', async () => {
    write('src/wrong.ts', `export const wrong: number = 'text';`);
    const { code, lastLine, output } = await check('storage');
    expect(output).toContain('src/wrong.ts(1,14): error TS2322');
    expect(lastLine).toBe('2 passed, 1 failed');
    expect(code).toBe(1);
  });

  it('fails when a test leaves a process running, names it, and ends it', async () => {
    const note = path.join(tree, 'pid');
    const leave = `const child = spawn('sleep', ['31.5'], { detached: true, stdio: 'ignore' }); child.unref();`;
    const keep = `writeFileSync(${JSON.stringify(note)}, String(child.pid));`;
    const imports = `import { spawn } from 'node:child_process';\nimport { writeFileSync } from 'node:fs';`;
    write('test/services/leak.test.ts', `${imports}\nit('leaves a process', () => { ${leave} ${keep} });`);
    const { code, output } = await check('services');
    expect(output).toContain('── engine: FAILED: tests left running: sleep 31.5');
    expect(code).toBe(1);
    const cmdline = path.join('/proc', readFileSync(note, 'utf8'), 'cmdline');
    // one that ended and was not waited for has an empty command line
    expect(existsSync(cmdline) ? readFileSync(cmdline, 'utf8') : '').toBe('');
  });

  it('refuses an option instead of guessing at it', async () => {
    const { code, output } = await check('--watch');
    expect(output).toBe('choose tests: unknown option "--watch"; give words of test paths: npm test -- storage\n');
    expect(code).toBe(2);
  });
});
