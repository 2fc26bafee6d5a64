import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findConfig } from '../../src/config/find';

describe('finding the configuration', () => {
  let folder: string;
  let below: string;
  let system: string;
  const env = {};

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'holdfast-find-'));
    below = path.join(folder, 'a', 'b');
    system = path.join(folder, 'etc.yaml');
    mkdirSync(below, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const here = path.join.bind(path);
  const put = (file: string) => {
    writeFileSync(file, '');
    return file;
  };

  test('the one given wins, then the variable, then this folder, then the ones above, then the system', () => {
    put(system);
    expect(findConfig(undefined, { folder: below, env, system })).toBe(system);
    const above = put(here(folder, 'holdfast.yaml'));
    expect(findConfig(undefined, { folder: below, env, system })).toBe(above);
    const own = put(here(below, 'holdfast.yaml'));
    expect(findConfig(undefined, { folder: below, env, system })).toBe(own);
    const variable = { HOLDFAST_CONFIG: '/elsewhere.yaml' };
    expect(findConfig(undefined, { folder: below, env: variable, system })).toBe('/elsewhere.yaml');
    expect(findConfig('mine.yaml', { folder: below, env: variable, system })).toBe(here(below, 'mine.yaml'));
  });

  test('a folder of that name is no file, and an empty variable is none', () => {
    mkdirSync(here(below, 'holdfast.yaml'));
    const above = put(here(folder, 'holdfast.yaml'));
    expect(findConfig(undefined, { folder: below, env: { HOLDFAST_CONFIG: '' }, system })).toBe(above);
  });

  test('where there is none the failure says where it looked', () => {
    expect(() => findConfig(undefined, { folder: below, env, system })).toThrow(
      expect.objectContaining({
        code: 'configuration-missing',
        message: expect.stringContaining(`looked for it in ${below}, the folders above it, ${system}`),
      }),
    );
  });

  test('one that a stranger left in a folder above is not taken unasked, but by name', () => {
    const strange = put(here(folder, 'holdfast.yaml'));
    const stranger = (process.geteuid?.() ?? 0) + 12_345;
    chownSync(strange, stranger, stranger);
    expect(() => findConfig(undefined, { folder: below, env, system })).toThrow('belongs to another user');
    expect(findConfig(undefined, { folder, env, system })).toBe(strange);
    expect(findConfig(strange, { folder: below, env, system })).toBe(strange);
  });
});
