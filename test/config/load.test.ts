import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadConfig, parseConfig } from '../../src/config/load';
import { problemsIn, refusalOf, soundConfig, withFile } from './written-config';

const docs = path.join(__dirname, '..', '..', 'docs');

describe('loading a configuration', () => {
  test('a small one comes back with every default filled in', async () => {
    const config = await withFile(soundConfig(), loadConfig);
    expect(config.databases['shop']).toMatchObject({
      user: 'postgres',
      sslmode: 'prefer',
      'lock-wait': 3_600_000,
      units: [{ host: '127.0.0.1', port: 5432, service: { kind: 'none' } }],
      backup: { method: 'logical', compression: 'zstd', 'compression-level': 1, jobs: 1, 'max-downtime': 600_000 },
      restore: { 'keep-previous': 86_400_000 },
      schedules: [],
    });
  });

  test('the complete example of the documentation is sound', async () => {
    const config = await loadConfig(path.join(docs, 'holdfast.example.yaml'));
    expect(Object.keys(config.databases)).toEqual(['shop', 'ledger']);
  });

  test('sizes become bytes, slashes around bucket, prefix and endpoint go, references stay references', async () => {
    const text = soundConfig().replace(
      '{ kind: directory, path: /srv/backups }',
      '{ kind: s3, bucket: " /backups/ ", prefix: /prod/, endpoint: "https://s3:9000/", part-size: 5MiB, access-key: "${env:A}", secret-key: "${file:/b}" }',
    );
    const config = await withFile(text, loadConfig);
    expect(config.storages['near']).toMatchObject({
      bucket: 'backups',
      prefix: 'prod',
      endpoint: 'https://s3:9000',
      'part-size': 5 * 2 ** 20,
      'access-key': '${env:A}',
      'secret-key': '${file:/b}',
    });
  });

  test('every mistake is told at once, in the order of the file, with its dotted path and its line', async () => {
    const text = `agents:
  db1: { state: var/lib }
storages:
  near: { kind: ftp }
databases:
  shop:
    engine: mysql
    storage: neer
    backup:
      timeout: soon
      jobs: 100
    units:
      - name: shop/0
        agent: db2
        port: "5432"
    schedules:
      - { name: nightly, cron: "0 25 * * *" }
`;
    expect(await problemsIn(text)).toEqual([
      'agents.db1.state (2): must be an absolute path',
      'storages.near.kind (4): must be one of s3, directory, not "ftp"',
      'databases.shop.engine (7): must be "postgresql", not "mysql"',
      'databases.shop.storage (8): no storage is named "neer": did you mean "near"?',
      'databases.shop.backup.timeout (10): "soon" is not a duration: write 90s, 10m, 24h or 7d (at most 3650d)',
      'databases.shop.backup.jobs (11): must be at most 64',
      'databases.shop.units[0].agent (14): no agent is named "db2": did you mean "db1"?',
      'databases.shop.units[0].port (15): must be a number, not text',
      'databases.shop.schedules[0].cron (17): "25" is no hour of a cron text',
    ]);
  });

  test('the message names the file, the number of mistakes, and each of them on a line of its own', async () => {
    const { code, message } = await refusalOf(soundConfig('    port: 1\n    lock: "a b"\n'));
    expect(code).toBe('configuration-invalid');
    expect(message).toMatch(
      /^read configuration ".*holdfast\.yaml": 2 mistakes\n {2}databases\.shop\.port \(line 11\): /,
    );
    expect(message.split('\n')).toHaveLength(3);
  });

  test('an unknown key is named with the known one that is nearest, in any spelling', async () => {
    expect(await problemsIn(soundConfig('    backup: { maxDowntime: 1h, metod: cold, frequency: 3 }\n'))).toEqual([
      'databases.shop.backup.maxDowntime (11): unknown key "maxDowntime": did you mean "max-downtime"?',
      'databases.shop.backup.metod (11): unknown key "metod": did you mean "method"?',
      expect.stringContaining('unknown key "frequency": known are method, mode, transfer'),
    ]);
  });

  test('a key inside one of several kinds gets the suggestions of that kind', async () => {
    const text = soundConfig().replace('path: /srv/backups', 'path: /srv/backups, pth: 1');
    expect(await problemsIn(text)).toEqual(['storages.near.pth (4): unknown key "pth": did you mean "path"?']);
  });

  test('a missing key and an empty one are told apart', async () => {
    const text = soundConfig('    backup:\n').replace('engine: postgresql', '# engine');
    expect(await problemsIn(text)).toEqual([
      'databases.shop.engine (6): is missing: must be "postgresql"',
      'databases.shop.backup (11): is empty: give it a mapping of keys, or leave the key out',
    ]);
  });

  test('names that could not become paths and queues are refused, and so is one that objects carry by nature', async () => {
    const text = soundConfig().replace('storage: near', 'storage: constructor').replace('db1: {', 'a/b: {');
    expect(await problemsIn(text)).toEqual([
      'agents["a…"] (2): as a name: may hold letters, digits and ._- (at most 63, starting with a letter or digit)',
      expect.stringContaining('no storage is named "constructor"'),
      expect.stringContaining('no agent is named "db1"'),
    ]);
  });

  test('no database answers to a name that every object has', async () => {
    const config = await withFile(soundConfig(), loadConfig);
    expect(config.databases['constructor']).toBeUndefined();
  });
});

describe('a file that cannot be used', () => {
  test('a device, which may have no end', async () => {
    await expect(loadConfig('/dev/zero')).rejects.toMatchObject({
      code: 'configuration-invalid',
      message: expect.stringContaining('is a device'),
    });
  });

  test('is missing where there is none', async () => {
    await expect(loadConfig('/nowhere/holdfast.yaml')).rejects.toMatchObject({ code: 'configuration-missing' });
  });

  test('is told apart when it is a folder, no text, or empty', async () => {
    await expect(loadConfig('/')).rejects.toThrow('is a folder');
    expect((await refusalOf(Uint8Array.of(0xff, 0xfe, 0x41))).message).toContain('is not UTF-8 text');
    expect(await problemsIn('# nothing yet\n')).toEqual([
      'agents (1): is missing',
      'storages (1): is missing',
      'databases (1): is missing',
    ]);
    expect(await problemsIn('- a list\n')).toEqual(['the file (1): must be a mapping of keys, not a list']);
  });

  test('is refused when everyone on the host can change it, since it names commands that run', async () => {
    await withFile(soundConfig(), async (file) => {
      await chmod(file, 0o666);
      await expect(loadConfig(file)).rejects.toThrow('everyone can change it');
      await chmod(file, 0o644);
      await expect(loadConfig(file)).resolves.toBeDefined();
    });
  });

  test('changes nothing on disk', async () => {
    await withFile(soundConfig(), async (file) => {
      await loadConfig(file);
      expect(await readFile(file, 'utf8')).toBe(soundConfig());
    });
  });
});

/** So many databases of one agent, each with a schedule. */
function manyDatabases(count: number, entry: (number: number) => string): string {
  const databases = Array.from({ length: count }, (_, n) => `  db${n}:\n    engine: postgresql\n${entry(n)}\n`);
  return `agents: { db1: { state: /s } }\nstorages: { near: { kind: directory, path: /b } }\ndatabases:\n${databases.join('')}`;
}

/** Seconds of the processor; what else the machine does counts for nothing. */
function secondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

// a quarter of what has to be read in five seconds, with room for a slow machine: what grows with the square takes far longer
describe('five thousand databases are read within three seconds of the processor', () => {
  const schedule = '    schedules: [{ name: nightly, cron: "0 1 * * *", timezone: Europe/Berlin }]';
  const unit = (host: string, directory = '') => `    units: [{ name: u, agent: db1, host: ${host}${directory} }]`;

  test.each([
    [
      'of an instance each',
      (n: number) => `    storage: near\n${unit(`h${n}`, `, data-directory: /d/${n}`)}\n${schedule}`,
    ],
    ['of one instance', () => `    storage: near\n${unit('h', ', data-directory: /d')}\n${schedule}`],
  ])('%s', (_, entry) => {
    const text = manyDatabases(5_000, entry);
    expect(secondsOf(() => expect(Object.keys(parseConfig(text, 'x').databases)).toHaveLength(5_000))).toBeLessThan(3);
  });

  test.each([
    ['of a storage that nobody knows', (n: number) => `    storage: neer${n}\n${unit('h')}`],
    ['with a key that nobody knows', () => `    storage: near\n    retenton: {}\n${unit('h')}`],
    ['with a key twice', () => `    storage: near\n    storage: near\n${unit('h')}`],
  ])('%s, where every mistake is told', (_, entry) => {
    const text = manyDatabases(5_000, entry);
    expect(secondsOf(() => expect(() => parseConfig(text, 'x')).toThrow(/5000 mistakes/))).toBeLessThan(3);
  });
});
