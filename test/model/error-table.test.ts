import { readFileSync } from 'node:fs';
import path from 'node:path';
import { commandTable } from '../../src/cli/command-table';
import { errorTable } from '../../src/model/error-table';
import { type ErrorCode, type ErrorEntry, exitCodes, failure, isErrorCode } from '../../src/model/errors';

const entries = Object.entries(errorTable) as [ErrorCode, ErrorEntry][];
const placeholders = (text: string) => [...text.matchAll(/\{([a-z-]+)\}/gi)].map(([, name]) => String(name));
const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'errors.md'), 'utf8');

describe('the exit codes', () => {
  test('are 0 to 9, each with one meaning', () => {
    expect(Object.values(exitCodes)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('are each reached by some failure, save that of success', () => {
    const reached = new Set(entries.map(([, { exit }]) => exit));
    expect([...reached].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('of a defect and of wrong usage are never tried again: nothing would change', () => {
    const pointless = entries.filter(([, { exit, retried }]) => retried && exit <= 2);
    expect(pointless.map(([code]) => code)).toEqual([]);
  });
});

describe.each(entries)('the failure %s', (code, { message, hint, exit }) => {
  const details = Object.fromEntries(
    [...placeholders(message), ...placeholders(hint)].map((name) => [name, `a ${name}`]),
  );

  test('leaves nothing unfilled when made from the details that its texts name', () => {
    const error = failure(code, details);
    expect(`${error.message} ${error.hint}`).not.toMatch(/[{}<>]/);
    for (const name of placeholders(message)) expect(error.message).toContain(`a ${name}`);
  });

  test('is a lowercase line that says the operation first and ends without a full stop', () => {
    expect(message).toMatch(/^[a-z][a-z-]* ?/);
    expect(message).not.toMatch(/[.!]$/);
    expect(code).toMatch(/^[a-z]+(-[a-z]+)+$/);
  });

  test('has a hint that ends in a command which exists', () => {
    const command = /(?:^|: )(holdfast|temporal) ([a-z]+|\{[a-z]+\})[^:]*$/.exec(hint);
    expect(command).not.toBeNull();
    const known = ['{type}', '{command}', ...commandTable.map(({ name }) => name)];
    if (command?.[1] === 'holdfast') expect(known).toContain(command[2]);
  });

  test('stands on the page of errors, under its exit code', () => {
    const section = page.split(/^## /m).find((part) => part.startsWith(`${exit}:`));
    expect(section).toContain(`| \`${code}\` |`);
  });

  test('is known by its code alone, as a failure in a history carries it', () => {
    expect(isErrorCode(code)).toBe(true);
    expect(failure(code)).toMatchObject({ code, exit });
  });
});

describe('an error', () => {
  test('keeps what it was made from, and its cause', () => {
    const cause = new Error('socket hang up');
    const error = failure('database-unknown', { database: 'shop', known: 'ledger' }, cause);
    expect(error).toMatchObject({ details: { database: 'shop' }, cause, exit: 2, retried: false });
    expect(error.message).toBe('find database "shop": the configuration knows ledger');
  });

  test('a detail that is empty leaves no gap, and one that is missing shows its name', () => {
    expect(failure('usage-wrong', { reason: 'two  spaces\n  stay', command: '' })).toMatchObject({
      message: 'read the command line: two  spaces\n  stay',
      hint: 'see: holdfast --help',
    });
    expect(failure('job-unknown').message).toContain('"<job>"');
  });

  test('a detail that looks like a placeholder is taken as it is', () => {
    const { message } = failure('database-unknown', { database: '{known}', known: '$&' });
    expect(message).toBe('find database "{known}": the configuration knows $&');
  });

  test.each(['toString', 'constructor', '', 42, undefined])('%p is no code', (value) => {
    expect(isErrorCode(value)).toBe(false);
  });
});
