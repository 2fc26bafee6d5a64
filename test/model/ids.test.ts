import { BackupId, backupIdAt, compareBackupIds, JobId, Name } from '../../src/model/ids';

describe('a backup id', () => {
  test('is the moment in UTC, to the second, whatever the time zone of the host', () => {
    expect(backupIdAt(new Date('2026-11-21T04:31:00.999+05:30'))).toBe('2026-11-20T23:01:00Z');
  });

  test('gets a suffix for another backup in the same second', () => {
    const moment = new Date('2026-11-21T04:31:00Z');
    expect(backupIdAt(moment, 2)).toBe('2026-11-21T04:31:00Z-2');
    expect(BackupId.parse(backupIdAt(moment, 12))).toBe('2026-11-21T04:31:00Z-12');
  });

  test.each([
    '2026-02-31T00:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T04:31:60Z',
    '2026-11-21T04:31:00Z-1',
    '2026-11-21T04:31:00Z-02',
    '2026-11-21T04:31:00+00:00',
    '2026-11-21 04:31:00Z',
    '2026-11-21T04:31:00Z/../x',
    '2026-11-21T04:31:00Z\n',
    '',
  ])('%j is none', (text) => {
    expect(BackupId.safeParse(text).success).toBe(false);
  });

  test('is ordered by time, then by number, not by text', () => {
    const ids = ['2026-11-21T04:31:00Z-10', '2026-11-21T04:31:00Z', '2026-11-21T04:31:00Z-2', '2025-12-31T23:59:59Z'];
    expect(ids.sort(compareBackupIds)).toEqual([
      '2025-12-31T23:59:59Z',
      '2026-11-21T04:31:00Z',
      '2026-11-21T04:31:00Z-2',
      '2026-11-21T04:31:00Z-10',
    ]);
    expect(compareBackupIds('2026-11-21T04:31:00Z', '2026-11-21T04:31:00Z')).toBe(0);
  });
});

describe('a job id', () => {
  test.each(['job-01693ed2-644f-11ed-81ce-0242ac120002', 'shop-nightly-2026-11-21T01:00:00Z', 'a', 'x'.repeat(200)])(
    '%s is one',
    (text) => {
      expect(JobId.parse(text)).toBe(text);
    },
  );

  test.each(['', '../x', 'a/b', '.hidden', 'a b', 'a\0b', 'a\n', 'x'.repeat(201), 'ü'])(
    '%j is none, since it becomes part of a path on the store',
    (text) => {
      expect(JobId.safeParse(text).success).toBe(false);
    },
  );
});

test.each(['', '.', '..', '-a', 'a/b', 'a b', 'x'.repeat(64), 'a\n'])('%j is no name', (text) => {
  expect(Name.safeParse(text).success).toBe(false);
});
