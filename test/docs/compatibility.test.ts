import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');
const page = readFileSync(path.join(root, 'docs', 'compatibility.md'), 'utf8');

interface Shown {
  readonly file: string;
  readonly title: string;
}

/** The last cell of each row: one or several of `folder/file`: title, with <br> between; all of the file without a title. In a title … stands for anything. */
const shown: readonly Shown[] = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| situation '))
  .flatMap((line) => cellsOf(line).at(-1)?.split('<br>') ?? [])
  .map((text) => {
    const [, file = '', title = '…'] = /^`([\w/.-]+)`(?:: (.+))?$/.exec(text.trim()) ?? [];
    return { file: `test/${file}.test.ts`, title: title.trim() };
  });

function cellsOf(row: string): string[] {
  return row.split('|').slice(1, -1);
}

/** Titles may stand in either kind of quotes. */
function sourceOf(file: string): string {
  return readFileSync(path.join(root, file), 'utf8').replaceAll(/\\(['"`])/g, '$1');
}

function patternOf(title: string): RegExp {
  const parts = title.split(/\s*…\s*/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('.*'));
}

function titlesOf(file: string): string[] {
  const source = readFileSync(path.join(root, file), 'utf8');
  const found = [...source.matchAll(/^\s+title:\s*(['"`])((?:\\.|(?!\1).)*)\1/gm)];
  return found.map(([, , title = '']) => title.replaceAll(/\\(.)/g, '$1'));
}

test('the page on compatibility names only tests that there are', () => {
  expect(shown.length).toBeGreaterThan(0);
  const missing = shown.filter(({ file, title }) => {
    return !existsSync(path.join(root, file)) || !patternOf(title).test(sourceOf(file));
  });
  expect(missing).toEqual([]);
});

test('each situation of the suite of real databases stands on the page', () => {
  const folder = 'test/real-databases';
  const files = readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.test.ts'));
  const untold = files.flatMap((name) => {
    const file = `${folder}/${name}`;
    const told = shown
      .filter((each) => each.file === file)
      .map(({ title }) => new RegExp(`^${patternOf(title).source}$`));
    return titlesOf(file).filter((title) => !told.some((pattern) => pattern.test(title)));
  });
  expect(files.flatMap((name) => titlesOf(`${folder}/${name}`)).length).toBeGreaterThan(0);
  expect(untold).toEqual([]);
});
