import { Distiller } from '../../src/pipeline/distiller';
import { LineSplitter } from '../../src/pipeline/line-splitter';

function distil(...lines: readonly string[]): string {
  const distiller = new Distiller();
  for (const line of lines) distiller.line(line);
  return distiller.distilled();
}

test('errors come before warnings, and what is neither is left out', () => {
  const text = distil('starting', 'pg_dump: warning: slow', 'pg_dump: error: no such table', 'FATAL: gone', 'bye');
  expect(text).toBe('pg_dump: error: no such table; FATAL: gone; pg_dump: warning: slow');
});

test('without errors and warnings the last lines tell', () => {
  expect(distil('one', 'two', '', 'three ', '')).toBe('two; three');
  expect(distil()).toBe('');
});

test('the first errors are kept, in a thousand characters at most', () => {
  const text = distil('error: first', ...Array.from({ length: 1_000 }, (_, index) => `error: number ${index}`));
  expect(text).toHaveLength(1_000);
  expect(text).toMatch(/^error: first; error: number 0; .*…$/);
});

test('lines are cut at line ends whatever the chunks, and the last needs none', () => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const byte of Buffer.from('größe\r\n\nprogress 1%\rprogress 2%\nend')) splitter.push(Buffer.from([byte]));
  splitter.end();
  splitter.end();
  expect(lines).toEqual(['größe', '', 'progress 2%', 'end']);
});
