import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');
const design = readFileSync(path.join(root, 'docs', 'design.md'), 'utf8');
const chapter = /^## 13\. Threats$([\s\S]+?)^## /m.exec(design)?.[1] ?? '';
const heading = '| attacker | what they can do | what stops them | the test |';
const rows = chapter.split('\n').filter((line) => /^\| (?!attacker )/.test(line));

describe('the threats that the design names', () => {
  it('stand in tables of attacker, what they can do, what stops them, and the test', () => {
    const headings = chapter.split('\n').filter((line) => line.startsWith('| attacker'));
    expect(new Set(headings)).toEqual(new Set([heading]));
    const cells = rows.map((row) => row.split(/(?<!\\)\|/).slice(1, -1));
    expect(cells.filter((row) => row.length !== 4 || row.some((cell) => cell.trim() === ''))).toEqual([]);
  });

  it('each name a test file that is there', () => {
    const unshown = rows.filter((row) => {
      const named = [...row.matchAll(/`(test\/[^`]+\.test\.ts)`/g)].map(([, file]) => String(file));
      return named.length === 0 || named.some((file) => !existsSync(path.join(root, file)));
    });
    expect(unshown).toEqual([]);
  });
});
