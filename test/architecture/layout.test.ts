import { projectFiles, readSource } from './sources';

const files = projectFiles();
const code = files.filter((file) => /^(src|scripts|test|tools)\/.+\.(ts|js|cjs|mjs)$/.test(file));
const tests = files.filter((file) => /^test\/.+\.ts$/.test(file));
const texts = files.filter((file) => !/\.(png|jpe?g|gif|ico|pdf|zst|gz)$/.test(file));

const longest = 300;

/** Lines of the files that the pattern matches, as `file:line: text`. */
function linesWith(pattern: RegExp, among: readonly string[]): string[] {
  return among.flatMap((file) =>
    readSource(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

// put together here, so that this file does not hold what it forbids
const machinePaths = new RegExp(
  `(?<![\\w.~-])/(?:${['wo' + 'rk', 'ro' + 'ot', 'tmp/' + 'hf'].join('|')})(?:/|\\b(?=['"\`\\s]))`,
);
const registryHosts = new RegExp(
  [
    ['registry', 'npmjs', 'org'],
    ['registry', 'yarnpkg', 'com'],
    ['proxy', 'golang', 'org'],
    ['sum', 'golang', 'org'],
    ['files', 'pythonhosted', 'org'],
    ['deb', 'debian', 'org'],
    ['archive', 'ubuntu', 'com'],
  ]
    .map((labels) => labels.join('\\.'))
    .join('|'),
);

describe('the layout', () => {
  it('lets no work go on behind the back of whoever began it: of several works all are waited for, in one place', () => {
    const rooms = code.filter((file) => /^src\/(activities|agent|engines|pipeline|services)\//.test(file));
    expect(
      linesWith(
        /Promise\.all\(/,
        rooms.filter((file) => file !== 'src/pipeline/all-ended.ts'),
      ),
    ).toEqual([]);
  });

  it("leaves limits to the one place that can count more than 24 days, which Node's own timers cannot", () => {
    expect(
      linesWith(
        /AbortSignal\.timeout|setTimeout\([^)]*\b(limit|timeout)s?\b/,
        code.filter((file) => file.startsWith('src/')),
      ),
    ).toEqual([]);
  });

  it('has no file of code that is longer than 300 lines', () => {
    expect(code.length).toBeGreaterThan(30);
    const long = code.map((file) => ({ file, lines: readSource(file).split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > longest)).toEqual([]);
  });

  it('has no drawer for what nobody could name', () => {
    const drawer = /^(utils?|commons?|helpers?|misc)$/;
    expect(files.filter((file) => file.split('/').some((part) => drawer.test(part.replace(/\..*$/, ''))))).toEqual([]);
  });

  it('hands nothing to a shell in src', () => {
    const sources = code.filter((file) => file.startsWith('src/'));
    expect(
      linesWith(
        /\bshell\s*:\s*(?!false\b)/,
        sources.filter((file) => !file.startsWith('src/config/')),
      ),
    ).toEqual([]);
    expect(linesWith(/\bexec(Sync)?\b.*'node:child_process'/, sources)).toEqual([]);
    expect(linesWith(/['"](?:\/bin\/)?(?:ba|da)?sh['"]\s*,\s*\[\s*['"]-/, sources)).toEqual([]);
  });

  it('names no path of the machine that it was made on', () => {
    expect(linesWith(machinePaths, texts)).toEqual([]);
  });

  it('names no package registry', () => {
    expect(linesWith(registryHosts, texts)).toEqual([]);
  });
});

describe('the tests', () => {
  it('leave none out, and do not run one alone', () => {
    expect(linesWith(/\b(?:it|test|describe)(?:\.\w+)*\.(?:only|skip|todo|failing)\b/, tests)).toEqual([]);
    expect(linesWith(/\b[xf](?:it|test|describe)(?:\.each)?\s*\(/, tests)).toEqual([]);
  });

  it('are all found by the check: each test file ends in .test.ts and lies in a folder of test', () => {
    const calls = /^(?:describe|it|test)(?:\.\w+)*\s*\(/m;
    const holders = tests.filter((file) => calls.test(readSource(file)));
    expect(holders.filter((file) => !/^test\/[^/]+\/.+\.test\.ts$/.test(file))).toEqual([]);
  });
});
