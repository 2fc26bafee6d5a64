import { loadConfig } from '../../src/config/load';
import { readYaml } from '../../src/config/yaml-document';
import { refusalOf, soundConfig, withFile } from './written-config';

const firstProblem = async (text: string) => (await refusalOf(text)).problems[0];

describe('reading YAML', () => {
  test('a key given twice is a mistake, with its name and place', async () => {
    expect(await firstProblem(soundConfig('    storage: other\n'))).toEqual({
      path: '',
      line: 11,
      column: 5,
      message: 'the key is given twice: "storage"',
    });
  });

  test('a mistake of the text itself has line and column', async () => {
    const { message } = await refusalOf('agents:\n\tdb1: {}\n');
    expect(message).toContain('line 2, column 1: a tab indents this line; use spaces');
  });

  test.each([
    ['yes', 'yes'],
    ['off', 'off'],
    ['0777', 777],
    ['1:30', '1:30'],
    ['2026-11-21', '2026-11-21'],
    ['~', null],
  ])('%s means what YAML 1.2 says', (text, value) => {
    expect(readYaml(`key: ${text}`).value).toEqual({ key: value });
  });

  test('keys are always text, however much they look like numbers', () => {
    expect(readYaml('1.10: a\ntrue: b').value).toEqual({ '1.10': 'a', true: 'b' });
  });

  test('YAML 1.1 cannot be asked for, nor its merge keys, tags or a second document', async () => {
    expect((await firstProblem(`%YAML 1.1\n---\n${soundConfig()}`))?.message).toContain('YAML 1.2 only');
    expect((await firstProblem(soundConfig('    port: !!python 1\n')))?.message).toContain('a tag');
    expect((await firstProblem(`${soundConfig()}---\na: 1\n`))?.message).toContain('a second document');
    expect((await firstProblem(soundConfig('    <<: { user: x }\n')))?.message).toContain('unknown key "…"');
  });

  test('anchors work, and lines are found through them', async () => {
    const text = soundConfig().replace('name: shop/0, agent: db1', 'name: &n shop/0, agent: db1, port: &p 1');
    const config = await withFile(`${text}      - { name: shop/1, agent: db1, port: *p }\n`, loadConfig);
    expect(config.databases['shop']?.units[1]?.port).toBe(1);
    expect(await firstProblem(`${text}      - { name: *n, agent: db1 }\n`)).toMatchObject({ line: 11 });
  });

  test('aliases that multiply without end are refused, not built', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`,
    );
    expect((await firstProblem(`a0: &a0 [x]\n${levels.join('\n')}\n`))?.message).toBe('aliases multiply too far');
  });

  test('a byte order mark and Windows line ends do no harm', async () => {
    const text = `\uFEFF${soundConfig().replaceAll('\n', '\r\n')}`;
    await expect(withFile(text, loadConfig)).resolves.toBeDefined();
  });
});
