import { namesIn, serverTool, withoutData } from '../../src/engines/postgresql/server-words';

const row = '4111-1111-1111-1111';

/** What would be told of these lines of a tool. */
function told(lines: readonly string[]): string[] {
  const tell = serverTool();
  return lines.flatMap((line) => tell(line) ?? []);
}

describe('of what a tool says nothing is told that the server put into it', () => {
  test.each([
    [
      'a trigger that raises a row',
      [
        'pg_restore: while PROCESSING TOC:',
        'pg_restore: from TOC entry 3014; 0 16386 TABLE DATA people postgres',
        `pg_restore: error: COPY failed for table "people": ERROR:  card ${row} is bad`,
        `DETAIL:  Failing row contains (${row}).`,
        `CONTEXT:  COPY people, line 7, column card: "${row}"`,
        `COPY people, line 8: "${row}"`,
      ],
      [
        'pg_restore: while PROCESSING TOC:',
        'pg_restore: from TOC entry 3014; 0 16386 TABLE DATA people postgres',
        'pg_restore: error: COPY failed for table "people"',
        'error at COPY people, line 7, column card',
        'error at COPY people, line 8',
      ],
    ],
    [
      'a function that speaks as the tool does',
      [
        `pg_restore: error: could not execute query: ERROR:  ${row}`,
        `pg_restore: error: ${row}`,
        `COPY ${row.replaceAll('-', '')}, line 1`,
        `Command was: SELECT check_card('${row}');`,
      ],
      ['pg_restore: error: could not execute query'],
    ],
    [
      'a server that speaks German',
      [
        `pg_dump: error: Dumping the contents of table "people" failed: PQgetResult() failed.`,
        `pg_dump: detail: Error message from server: FEHLER:  ungültige Eingabe: »${row}«`,
        `pg_dump: detail: Command was: COPY public.people (card) TO stdout;`,
      ],
      [
        'pg_dump: error: Dumping the contents of table "people" failed: PQgetResult() failed.',
        'pg_dump: detail: Error message from server',
      ],
    ],
    [
      'a statement in a message of the tool',
      [
        `pg_dump: error: query failed: ERROR:  syntax error at or near "${row}"`,
        `pg_dump: detail: Query was: SELECT '${row}'`,
      ],
      ['pg_dump: error: query failed'],
    ],
    ['a notice', [`NOTICE:  ${row}`, `HINWEIS:  ${row}`], []],
  ])('%s', (_, lines, expected) => {
    expect(told(lines)).toEqual(expected);
    expect(told(lines).join()).not.toContain(row);
  });
});

describe('what is no data is told', () => {
  test.each([
    'pg_dump: error: connection to server at "127.0.0.1", port 1 failed: Connection refused',
    'pg_restore: error: could not read from input file: end of file',
    'pg_dump: error: aborting because of server version mismatch',
  ])('%s', (line) => expect(told([line])).toEqual([line]));

  test('why the server ended the connection', () => {
    const line =
      'pg_dump: error: connection to server at "h", port 1 failed: FATAL:  the database system is shutting down';
    expect(withoutData(line)).toBe(line.replace(':  ', ': '));
  });

  test('names of what may not be used, is missing, or is in the way', () => {
    expect(withoutData('pg_dump: error: query failed: ERROR:  permission denied for table people')).toBe(
      'pg_dump: error: query failed: ERROR: permission denied for table people',
    );
    expect(namesIn('extension "postgis" is not available')).toBe('extension "postgis" is not available');
    expect(namesIn(`invalid input syntax for type integer: "${row}"`)).toBe('invalid input syntax for type integer');
    expect(namesIn(`permission denied for table people; ${row}`)).toBeUndefined();
  });
});
