import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createJobLog } from '../../src/pipeline/job-log';
import { temporaryFolder } from './temporary-folder';

const folder = temporaryFolder();
const now = () => new Date('2026-01-02T03:04:05.678Z');
const newPath = () => join(mkdtempSync(join(folder, 'log-')), 'backup.log');
const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1);

test('every line has its time and its source, and only we may read it', () => {
  const path = newPath();
  const log = createJobLog(path, [], { now });
  log.line('pg_dump', 'first');
  log.line('holdfast', 'second\nthird');
  expect(linesOf(path)).toEqual([
    '2026-01-02T03:04:05.678Z pg_dump first',
    '2026-01-02T03:04:05.678Z holdfast second',
    '2026-01-02T03:04:05.678Z holdfast third',
  ]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a log that is opened again goes on where it was', () => {
  const path = newPath();
  for (const text of ['one', 'two']) {
    const log = createJobLog(path);
    log.line('step', text);
    log.flush();
    log.close();
    log.close();
    log.line('step', 'after the end');
  }
  expect(linesOf(path).map((line) => line.split(' ').slice(1).join(' '))).toEqual(['step one', 'step two']);
});

test('known secrets are masked wherever they stand, the longer one first', () => {
  const path = newPath();
  const log = createJobLog(path, ['hunter22', 'hunter22-and-more', '', 'abc']);
  log.line('psql', 'connect with hunter22-and-more, then hunter22; abc stays');
  expect(linesOf(path)[0]).toMatch(/ psql connect with \*\*\*, then \*\*\*; abc stays$/);
});

test('a log that reaches its bound says so once, also over several lives', () => {
  const path = newPath();
  for (let life = 0; life < 2; life++) {
    const log = createJobLog(path, [], { maxBytes: 500, now });
    for (let line = 0; line < 100; line++) log.line('tool', `line ${line}`);
    log.close();
  }
  const lines = linesOf(path);
  expect(lines.filter((line) => line.includes('log cut here, at 500 bytes'))).toHaveLength(1);
  expect(lines.at(-1)).toContain('log cut here');
  expect(statSync(path).size).toBeLessThan(600);
});

test('a full disk ends the log without an exception in the middle of a pipe, and is told at the flush', () => {
  const log = createJobLog('/dev/full');
  log.line('tool', 'a line');
  expect(() => log.flush()).toThrow('ENOSPC');
  log.close();
});
