import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { commandTable } from '../../src/cli/command-table';
import { parseConfig } from '../../src/config/load';
import { exitCodes } from '../../src/model/errors';
import { agentSteps } from '../../src/workflows/agent-steps';

const root = path.join(__dirname, '..', '..');
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docsPages()];
const textOf = (page: string) => readFileSync(path.join(root, page), 'utf8');

function docsPages(): string[] {
  return readdirSync(path.join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []));
}

/** Anchors of a page, as they are made of its headings. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    String(heading)
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

function deadLinks(page: string): string[] {
  const links = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => String(link));
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.join(path.dirname(page), file);
    if (!existsSync(path.join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

describe.each(pages)('%s', (page) => {
  test('links to nothing that is not there', () => {
    expect(deadLinks(page)).toEqual([]);
  });

  test('names no command that does not exist', () => {
    const known = commandTable.map(({ name }) => name);
    const named = [...textOf(page).matchAll(/\bholdfast ([a-z]+)(?= [A-Z\\<-]| *[`#\n]| [a-z]+[`\n])/g)].map(
      ([, name]) => name,
    );
    expect(named.filter((name) => !known.includes(String(name)))).toEqual([]);
  });
});

describe('the README', () => {
  const readme = textOf('README.md');

  test('has a configuration of ten lines that works as it stands', () => {
    const yaml = /```yaml\n([\s\S]+?)```/.exec(readme)?.[1] ?? '';
    expect(yaml.trim().split('\n').length).toBeLessThanOrEqual(10);
    expect(Object.keys(parseConfig(yaml, 'README.md').databases)).toEqual(['shop']);
  });

  test('lists every exit code', () => {
    const listed = [...readme.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    expect(listed).toEqual(Object.values(exitCodes));
  });

  test('begins with one sentence, and the two commands', () => {
    expect(readme).toMatch(/^# Holdfast\n\n(?:(?!\. ).)+\.\n\n```sh\nnpm run demo .*\nnpm test /s);
  });
});

test('the design names every step, as it is called in the code', () => {
  const design = textOf('docs/design.md');
  const unnamed = Object.keys(agentSteps).filter((step) => !design.includes(`\`${step}\``));
  expect(unnamed).toEqual([]);
});
