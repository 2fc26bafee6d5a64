import { loadConfig } from '../../src/config/load';
import { problemsIn, soundConfig, withFile } from './written-config';

/** A database `other` beside `shop`, in the same instance. */
const neighbour = (more: string) => `  other:
    engine: postgresql
    storage: near
    units: [{ name: other/0, agent: db1, data-directory: /pg }]
${more}`;

const withDirectory = (text: string) => text.replace('agent: db1 }', 'agent: db1, data-directory: /pg }');

describe('rules between keys', () => {
  test('the storage of a schedule must be configured too', async () => {
    const text = soundConfig('    schedules: [{ name: a, cron: "@daily", storage: far }]\n');
    expect(await problemsIn(text)).toEqual([
      'databases.shop.schedules[0].storage (11): no storage is named "far": configured are "near"',
    ]);
  });

  test('units of one database, and its schedules, must differ in name', async () => {
    const text = soundConfig(`      - { name: shop/0, agent: db1, port: 5433 }
    schedules: [{ name: a, cron: "@daily" }, { name: b, cron: "@daily" }, { name: a, cron: "@daily" }]
`);
    expect(await problemsIn(text)).toEqual([
      'databases.shop.units[1].name (11): another unit of this database is named "shop/0" too',
      'databases.shop.schedules[2].name (12): another schedule of this database is named "a" too',
    ]);
  });

  test('a method must be offered, and its mode must fit it, in the defaults and in each schedule', async () => {
    const text = soundConfig(`    backup: { method: snapshot }
    schedules:
      - { name: a, cron: "@daily", mode: offline, method: logical }
      - { name: b, cron: "@daily", method: rsync }
`);
    expect(await problemsIn(text)).toEqual([
      'databases.shop.backup.method (11): no method "snapshot": offered are logical, physical, cold',
      'databases.shop.schedules[0].mode (13): method "logical" does not run "offline": it runs online, fenced',
      'databases.shop.schedules[1].method (14): no method "rsync": offered are logical, physical, cold',
    ]);
  });

  test('a schedule with a method of its own does not inherit the mode of another', async () => {
    const text = withDirectory(soundConfig()).concat(
      '    backup: { method: logical, mode: fenced }\n    schedules: [{ name: a, cron: "@daily", method: physical }]\n',
    );
    await expect(withFile(text, loadConfig)).resolves.toBeDefined();
  });

  test('physical and cold need the data directory of each unit, and cold a service to stop', async () => {
    expect(await problemsIn(soundConfig('    backup: { method: physical }\n'))).toEqual([
      'databases.shop.units[0] (10): needs a data-directory for method "physical"',
    ]);
    expect(await problemsIn(soundConfig('    schedules: [{ name: a, cron: "@daily", method: cold }]\n'))).toEqual([
      'databases.shop.units[0] (10): needs a data-directory for method "cold"',
      'databases.shop.units[0] (10): needs a service that can be stopped for method "cold"',
    ]);
  });

  test('pg_ctl needs the data directory that it works on', async () => {
    const text = soundConfig().replace('agent: db1 }', 'agent: db1, service: { kind: pg_ctl } }');
    expect(await problemsIn(text)).toEqual([
      'databases.shop.units[0] (10): a service of kind "pg_ctl" needs the unit\'s data-directory',
    ]);
  });

  test('a parallel dump cannot be streamed', async () => {
    expect(await problemsIn(soundConfig('    backup: { jobs: 4, transfer: streamed }\n'))).toEqual([
      'databases.shop.backup.transfer (11): "streamed" needs jobs: 1; a parallel dump is staged',
    ]);
  });

  test('a time zone must be known by name', async () => {
    const text = soundConfig(`    schedules:
      - { name: a, cron: "@daily", timezone: Europe/Berlin }
      - { name: b, cron: "@daily", timezone: Europe/Bärlin }
      - { name: c, cron: "@daily", timezone: "+02:00" }
`);
    expect(await problemsIn(text)).toEqual([
      'databases.shop.schedules[1].timezone (13): no time zone "Europe/Bärlin": write UTC, or a name such as Europe/Berlin',
      'databases.shop.schedules[2].timezone (14): no time zone "+02:00": write UTC, or a name such as Europe/Berlin',
    ]);
  });

  test('databases of one instance need one lock once one of them is copied as a whole', async () => {
    const both = withDirectory(soundConfig()) + neighbour('    backup: { method: physical }\n');
    expect(await problemsIn(both)).toEqual([
      'databases.other.lock (11): must equal that of database "shop", which is in the same instance: lock: shop',
    ]);
    await expect(withFile(`${both}    lock: shop\n`, loadConfig)).resolves.toBeDefined();
    await expect(withFile(soundConfig() + neighbour(''), loadConfig)).resolves.toBeDefined();
  });

  test('nothing of ours may lie inside a data directory, which a restore replaces', async () => {
    const text = soundConfig()
      .replace('agent: db1 }', 'agent: db1, data-directory: /srv }')
      .replace('/var/lib/holdfast', '/srvx/state, spool: /srv/spool');
    expect(await problemsIn(text)).toEqual([
      'agents.db1.spool (2): lies inside the data directory of database "shop"',
      'storages.near.path (4): lies inside the data directory of database "shop"',
    ]);
  });

  test('a socket cannot be asked to encrypt', async () => {
    const text = soundConfig('    sslmode: verify-full\n').replace(
      'agent: db1 }',
      'agent: db1, host: /run/postgresql }',
    );
    expect(await problemsIn(text)).toEqual([
      'databases.shop.sslmode (11): "verify-full" cannot hold for units[0]: its host is a socket',
    ]);
  });

  test('limits of nothing, durations beyond ten years, and a retention below a day are refused', async () => {
    const text = `temporal: { retention: 23h }\n${soundConfig('    backup: { timeout: 0s, max-downtime: 99999999d }\n')}`;
    expect(await problemsIn(text)).toEqual([
      'temporal.retention (1): must be at least 1d: Temporal keeps no less',
      'databases.shop.backup.timeout (12): must be at least 1s',
      expect.stringContaining('"99999999d" is not a duration'),
    ]);
  });
});
