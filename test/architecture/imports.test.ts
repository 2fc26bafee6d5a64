import { findCycle } from './find-cycle';
import { judgeImports, valueImports } from './judge-imports';
import { projectFiles, readSource } from './sources';

const sources = projectFiles().filter((file) => /^src\/.+\.ts$/.test(file));

describe('the import rules', () => {
  it('are kept by every file of src', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap((file) => judgeImports(file, readSource(file)))).toEqual([]);
  });

  it('leave no circle of files that import values from each other', () => {
    const graph = new Map(sources.map((file) => [file.replace(/\.ts$/, ''), valueImports(file, readSource(file))]));
    expect(findCycle(graph)).toBeUndefined();
  });
});

describe('the judge of imports', () => {
  it.each([
    ['src/model/a.ts', `import { b } from '../config/b'`, 'model must not import config'],
    ['src/model/a.ts', `import { readFile } from 'node:fs'`, `model must not import Node's "node:fs"`],
    ['src/workflows/a.ts', `import { b } from '../activities/b'`, 'workflows must not import activities (its types'],
    ['src/workflows/a.ts', `export { b } from '../activities/b'`, 'workflows must not import activities'],
    ['src/workflows/a.ts', `export * from '../activities/b'`, 'workflows must not import activities'],
    ['src/workflows/a.ts', `import { type b, c } from '../activities/b'`, 'workflows must not import activities'],
    ['src/workflows/a.ts', `import '../activities/b'`, 'workflows must not import activities'],
    ['src/workflows/a.ts', `const b = await import('../activities/b')`, 'workflows must not import activities'],
    ['src/workflows/a.ts', `function f() { return require('node:fs') }`, `workflows must not import Node's "node:fs"`],
    ['src/workflows/a.ts', `import b = require('../activities/b')`, 'workflows must not import activities'],
    ['src/workflows/a.ts', `import { Client } from '@temporalio/client'`, 'the package "@temporalio/client"'],
    ['src/engines/postgresql/a.ts', `import { b } from '../../storage/b'`, 'engines must not import storage'],
    ['src/engines/a.ts', `import type { b } from '../cli/b'`, 'engines must not know the types of cli'],
    ['src/engines/a.ts', `let b: import('../cli/b').B`, 'engines must not know the types of cli'],
    ['src/cli/list.ts', `import { b } from '../workers/b'`, 'cli must not import workers'],
    ['src/cli/list.ts', `import { b } from '../../tools/find'`, 'from outside src'],
    ['src/junk/a.ts', '', 'has no import rule'],
  ])('refuses in %s: %s', (file, source, complaint) => {
    const complaints = judgeImports(file, source);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(complaint);
  });

  it.each([
    ['src/workflows/a.ts', `import type { B } from '../activities/b'`],
    ['src/workflows/a.ts', `import { type B } from '../activities/b'`],
    ['src/workflows/a.ts', `export type { B } from '../activities/b'`],
    ['src/workflows/a.ts', `import { proxyActivities } from '@temporalio/workflow'`],
    ['src/model/a.ts', `import type { Readable } from 'node:stream'`],
    ['src/engines/postgresql/a.ts', `import { b } from '../../pipeline/b'`],
    ['src/cli/commands/up.ts', `import { b } from '../../workers/b'`],
  ])('lets pass in %s: %s', (file, source) => {
    expect(judgeImports(file, source)).toEqual([]);
  });

  it('finds a circle of three files', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', []],
    ]);
    expect(findCycle(graph)).toEqual(['a', 'b', 'c', 'a']);
  });
});
