import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createColors } from 'picocolors';
import { widthOf } from '../../src/cli/screen/screen';
import { createStatusLine } from '../../src/cli/screen/status-line';
import { formatTable } from '../../src/cli/screen/table';
import { holdfastBin } from './run-holdfast';

const escapes = '\u001b[';

/** Runs the program on a terminal of its own; both streams are what the terminal shows. */
async function onTerminal(args: string, env: Record<string, string> = {}): Promise<string> {
  const command = `${process.execPath} ${holdfastBin} ${args}`;
  const child = spawn('script', ['--quiet', '--command', command, '/dev/null'], {
    env: { PATH: process.env.PATH ?? '', HOME: '/', TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.on('data', (chunk) => (shown += chunk));
  await once(child, 'close');
  return shown;
}

test('on a terminal failures are coloured, unless NO_COLOR is set or the terminal is dumb', async () => {
  const [plain, none, dumb] = await Promise.all([
    onTerminal('list shop --config /nowhere.yaml'),
    onTerminal('list shop --config /nowhere.yaml', { NO_COLOR: '1' }),
    onTerminal('list shop --config /nowhere.yaml', { TERM: 'dumb' }),
  ]);
  expect(plain).toContain(`${escapes}31mholdfast:`);
  expect(none).toContain('holdfast: read configuration');
  expect(none + dumb).not.toContain(escapes);
});

test('a reader that goes away, as head does, ends it without a word', async () => {
  const child = spawn(process.execPath, [holdfastBin, 'backup', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const [code] = await once(child, 'close');
  expect([code, said]).toEqual([0, '']);
});

describe('a table', () => {
  const head = ['job', 'state', 'note'];
  const rows = [
    ['shop-backup-1', 'done', ''],
    ['shop-backup-2', 'failed', 'the disk\nis \u001b[31mfull\u001b[0m'],
  ];

  test('has a line per row, whatever is in its cells, where there is no terminal', () => {
    expect(formatTable(head, rows).split('\n')).toEqual([
      'job            state   note',
      'shop-backup-1  done',
      'shop-backup-2  failed  the disk is full',
    ]);
    expect(formatTable(head, [['x'.repeat(500), '', '']]).split('\n')).toHaveLength(2);
  });

  test('has a line per cell on a terminal that is too narrow for it, and none for what is empty', () => {
    expect(formatTable(head, rows, 40)).toContain('shop-backup-2  failed');
    expect(formatTable(head, rows, 15).split('\n')).toEqual([
      'job    shop-backup-1',
      'state  done',
      '',
      'job    shop-backup-2',
      'state  failed',
      'note   the disk is full',
    ]);
  });
});

describe('the status line', () => {
  function drawn(columns: number, word: string, rest: string): string {
    let text = '';
    const write = (chunk: string) => {
      text += chunk;
      return true;
    };
    const stream = { columns, write } as unknown as typeof process.stderr;
    const line = createStatusLine({ colors: createColors(false) }, stream);
    line.draw(word, rest);
    line.clear();
    line.clear();
    return text;
  }
  const bar = '█'.repeat(20);

  test.each([200, 80, 40, 20, 5, 1])('is never longer than a terminal of %i columns', (columns) => {
    const text = drawn(
      columns,
      'dumping',
      `${bar}  50%  pg_dump  120 MiB of 300 MiB\nof a table\t日本語 ${'x'.repeat(100)}`,
    );
    const shown = text.replaceAll('\r', '').replaceAll(`${escapes}K`, '');
    const width = [...shown].reduce((sum, each) => sum + ((each.codePointAt(0) ?? 0) >= 0x3000 ? 2 : 1), 0);
    expect(width).toBeLessThan(Math.max(columns, 2));
    expect(shown).not.toContain('\n');
    expect(text.match(/\r/g)).toHaveLength(2);
  });

  test('heeds COLUMNS, but never beyond the terminal itself', () => {
    expect(widthOf({ columns: 80 }, { COLUMNS: '40' })).toBe(40);
    expect(widthOf({ columns: 80 }, { COLUMNS: '200' })).toBe(80);
    expect(widthOf({}, { COLUMNS: 'wide' })).toBe(80);
  });
});
