import type { EngineContext } from '../../src/engines/engine';
import { creating } from '../../src/engines/postgresql/create-database';
import { settingTo, splitNames } from '../../src/engines/postgresql/kept-setting';
import { isLeftOut } from '../../src/engines/postgresql/left-out';
import { withSuffix } from '../../src/engines/postgresql/names';
import type { DatabaseProperties } from '../../src/engines/postgresql/portrait';
import { readable } from '../../src/engines/postgresql/space';
import { connectionArguments, connectionEnvironment } from '../../src/engines/postgresql/tool-connection';

describe('names of databases', () => {
  it('stay within what the server keeps, cut between characters', () => {
    expect(withSuffix('shop', '_new')).toBe('shop_new');
    const long = withSuffix('ü'.repeat(60), '_hf_new_12345678');
    expect(long).toBe(`${'ü'.repeat(23)}_hf_new_12345678`);
    expect(Buffer.byteLength(withSuffix('🐘'.repeat(40), '_x'))).toBeLessThanOrEqual(63);
  });
});

describe('settings that are lists', () => {
  it.each([
    ['"$user", public', ['$user', 'public']],
    ['""', ['']],
    ['"a,b", "c""d" ,e', ['a,b', 'c"d', 'e']],
    ['', []],
  ])('split %s', (text, names) => {
    expect(splitNames(text)).toEqual(names);
  });

  it('are said one by one, and others as one text', () => {
    expect(settingTo({ name: 'search_path', value: '"$user", "it\'s"' })).toBe(`"search_path" TO '$user', 'it''s'`);
    expect(settingTo({ name: 'my.key', value: 'a, b' })).toBe(`"my"."key" TO 'a, b'`);
    expect(settingTo({ name: 'search_path', value: '' })).toBe(`"search_path" TO ''`);
  });
});

describe('a connection of a tool', () => {
  const context = {
    config: { user: `o'hara \\ x`, sslmode: 'require' },
    unit: { host: '127.0.0.1', port: 5432 },
    password: 'hush',
  } as unknown as EngineContext;

  it('quotes every name, and has the password in the environment alone', () => {
    const text = connectionArguments(context, `dbname='x' host=evil`).join(' ');
    expect(text).toContain(`dbname='dbname=\\'x\\' host=evil'`);
    expect(text).toContain(`user='o\\'hara \\\\ x'`);
    expect(text).not.toContain('hush');
    expect(connectionEnvironment(context, 15, ['synchronous_commit=off', 'app.name=a b'])).toMatchObject({
      PGPASSWORD: 'hush',
      PGSSLMODE: 'require',
      PGOPTIONS: expect.stringMatching(
        /^-c role=none -c statement_timeout=0 .* -c idle_session_timeout=0 .*-c synchronous_commit=off -c app.name=a\\ b$/,
      ),
    });
  });
});

describe('what a cold copy leaves out', () => {
  it.each(['postmaster.pid', 'pg_replslot/feed/state', 'pg_stat_tmp/x', 'base/pgsql_tmp', 'base/5/pg_internal.init'])(
    '%s',
    (path) => {
      expect(isLeftOut(path)).toBe(true);
    },
  );
  it.each([
    'pg_replslot',
    'global/pg_control',
    'pg_wal/000000010000000000000001',
    'base/5/1259',
    'pg_stat/pgstat.stat',
  ])('never %s', (path) => {
    expect(isLeftOut(path)).toBe(false);
  });
});

describe('a database is made like the one that was backed up', () => {
  const like: DatabaseProperties = {
    name: 'shop',
    owner: 'o"x',
    encoding: 'UTF8',
    'locale-provider': 'libc',
    collate: 'C',
    ctype: 'C.UTF-8',
    locale: null,
    'icu-rules': null,
    tablespace: 'fast',
    template: false,
    'allow-connections': true,
    'connection-limit': -1,
    comment: null,
    grants: null,
    settings: [],
    'role-settings': [],
    'security-labels': [],
  };
  const rest = `LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`;
  const start = `CREATE DATABASE "n" TEMPLATE template0 OWNER "o""x" ENCODING 'UTF8'`;

  it.each<[number, Partial<DatabaseProperties>, string]>([
    [14, {}, `${start} ${rest}`],
    [15, {}, `${start} LOCALE_PROVIDER libc ${rest}`],
    [15, { 'locale-provider': 'icu', locale: 'de' }, `${start} LOCALE_PROVIDER icu ICU_LOCALE 'de' ${rest}`],
    [
      16,
      { 'locale-provider': 'icu', locale: 'de', 'icu-rules': '&a<b' },
      `${start} LOCALE_PROVIDER icu ICU_LOCALE 'de' ICU_RULES '&a<b' ${rest}`,
    ],
    [
      17,
      { 'locale-provider': 'builtin', locale: 'C.UTF-8' },
      `${start} LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' ${rest}`,
    ],
  ])('by a server of version %i', (major, changes, statement) => {
    expect(creating('n', { ...like, ...changes }, { major, tablespaces: [] }, 'b')).toBe(statement);
  });

  it('or not at all, where the server is too old for its locale', () => {
    expect(() => creating('n', { ...like, 'locale-provider': 'builtin' }, { major: 16, tablespaces: [] }, 'b')).toThrow(
      'needs a server of version 17',
    );
  });
});

it('says sizes as people do', () => {
  expect([0, 1, 1024, 1536, 2 ** 40 * 3].map(readable)).toEqual(['0 B', '1 B', '1.0 KiB', '1.5 KiB', '3.0 TiB']);
});
