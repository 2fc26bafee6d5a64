import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { bookPath } from '../../src/agent/book-folder';
import { childOf, entryName } from '../../src/agent/entry-name';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-names-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hostile = ['', '.', '..', '../x', '/', 'a/b', '\0', 'a\0b', '\ud800', '~', '=x', '-rf', '.hidden', '%2e%2e', '%'];
const texts = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('.', '/', '\\', '\0', 'a', 'é', '%'), maxLength: 300 }),
);

test('whatever a text holds, it is the name of a direct child that a file can have', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const path = childOf(folder, entryName(text, ['kept-logs'], '-backup.log'));
      expect(dirname(path)).toBe(folder);
      writeFileSync(path, text);
    }),
  );
});

test('two texts never share a name', () => {
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      fc.pre(one !== other);
      expect(entryName(one)).not.toBe(entryName(other));
    }),
  );
});

test('a text that is the hash of another one, as it would be written, has a name of its own', () => {
  const hashed = entryName('..');
  expect(hashed).toBe(`=${createHash('sha256').update('..').digest('hex')}`);
  expect(entryName(hashed)).not.toBe(hashed);
  expect(entryName(hashed.slice(1))).not.toBe(hashed);
});

test("a plain id keeps the name that it always had, so that a running job's folder is found after an upgrade", () => {
  const plain = ['shop-backup-20261121T043100Z-a1b2c3', '2026-11-21T04:31:00Z', 'restore-plan/shop/1', 'a@b+c_d.e'];
  expect(plain.map((id) => entryName(id))).toEqual(plain.map(encodeURIComponent));
});

test.each(['..', '.', '../x', 'a/b', '', '\0'])('"%s" is no child', (name) => {
  expect(() => childOf('/var/lib/holdfast', name)).toThrow(/is no entry of/);
});

test("a database that is called as one of the agent's own files has its books elsewhere", () => {
  const places = ['agent-1.json', 'temporal.sqlite', 'shop', 'spool'].map((name) =>
    bookPath('/s', name, 'stopped.json'),
  );
  expect(places).toEqual(
    ['=agent-1.json', '=temporal.sqlite', 'shop', 'spool'].map((name) => `/s/${name}/stopped.json`),
  );
});
