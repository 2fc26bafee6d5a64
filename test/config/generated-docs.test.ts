import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { docsFolder, staleFiles } from '../../scripts/docs/generated-files';
import { sectionsOf } from '../../scripts/docs/schema-rows';
import { configSchema } from '../../src/config/json-schema';

describe('what is generated into docs/', () => {
  test('is as the code would make it now: npx tsx scripts/generate-docs.ts', () => {
    expect(staleFiles()).toEqual([]);
  });

  test('describes every key, and says of each whether it must be given', () => {
    const rows = sectionsOf(configSchema()).flatMap(({ path: where, rows: keys }) =>
      keys.map((row) => ({ ...row, where })),
    );
    const bare = rows.filter(({ description }) => description === '').map(({ where, key }) => `${where}.${key}`);
    expect(rows.length).toBeGreaterThan(80);
    expect(bare).toEqual([]);
  });

  test('the complete example has every key at work', () => {
    const example: unknown = parse(readFileSync(path.join(docsFolder, 'holdfast.example.yaml'), 'utf8'));
    const used = keysIn(example);
    const missing = sectionsOf(configSchema()).flatMap(({ rows }) =>
      rows.map(({ key }) => key).filter((key) => !used.has(key)),
    );
    expect(missing).toEqual([]);
  });
});

function keysIn(value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return new Set([...own, ...Object.values(value).flatMap((inner) => [...keysIn(inner)])]);
}
