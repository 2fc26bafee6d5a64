import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { backUp, postgresql } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { backupPlan, restorePlan } from '../engines/plans';
import { restoring } from '../engines/restoring';
import { realDatabases } from './suite';

const cluster = ownCluster();
const password = 'a password of the tests';

/** A transaction that somebody has left open. */
let open: Client | undefined;
async function leaveOpen(database: string, ...statements: string[]): Promise<Client> {
  const client = new Client(cluster.server.client(database));
  client.on('error', () => {}); // a restore ends it
  await client.connect();
  for (const statement of ['BEGIN', ...statements]) await client.query(statement);
  open = client;
  return client;
}
const close = async () => open?.end().catch(() => {});

const tables = [
  'CREATE TABLE orders (id serial PRIMARY KEY, text text)',
  `INSERT INTO orders (text) SELECT md5(n::text) FROM generate_series(1, 2000) n`,
  'CREATE TABLE goods AS SELECT n AS id FROM generate_series(1, 300) n',
  'CREATE SEQUENCE never_used',
  'CREATE SEQUENCE "Größe""s" START 7',
  `SELECT nextval('"Größe""s"')`,
];

/** A role that may do a backup on so many connections. */
const limited = (name: string, limit: number) => [
  `CREATE ROLE ${name} LOGIN PASSWORD '${password}' CONNECTION LIMIT ${limit}`,
  `GRANT pg_read_all_data TO ${name}`,
];

realDatabases(cluster, [
  {
    title: 'a database comes back whose sequence somebody is altering in a transaction that stays open',
    make: async ({ sql, database }) => {
      await sql(...tables);
      await leaveOpen(database, 'ALTER SEQUENCE orders_id_seq INCREMENT 5');
    },
    meanwhile: close,
  },
  {
    title: 'a database comes back of whose few connections an application has all but one',
    make: async ({ sql, database }) => {
      await sql(...tables, ...limited('shy', -1));
      await cluster.sql(
        'postgres',
        `CREATE ROLE app LOGIN PASSWORD '${password}'`,
        `ALTER DATABASE ${database} CONNECTION LIMIT 2`,
      );
      open = new Client({ ...cluster.server.client(database), user: 'app', password });
      open.on('error', () => {});
      await open.connect();
    },
    backedUpBy: { user: 'shy', password },
    meanwhile: close,
    expected: {
      logged: [/connections: 2 wanted, 1 to be had \(CONNECTION LIMIT 2 of database real_2, 1 of which are taken\)/],
    },
    clean: async () => {
      await cluster.sql('postgres', 'DROP ROLE shy', 'DROP ROLE app');
    },
  },
  ...[1, 2, 3].flatMap((limit) =>
    [1, 4].map((jobs) => ({
      title: `a database comes back that a role of at most ${limit} connections has backed up, asked for ${jobs} jobs`,
      make: [...tables, ...limited(`few_${limit}_${jobs}`, limit)],
      backup: { jobs },
      backedUpBy: { user: `few_${limit}_${jobs}`, password },
      clean: async () => {
        await cluster.sql('postgres', `DROP ROLE few_${limit}_${jobs}`);
      },
    })),
  ),
]);

describe('a role of few connections', () => {
  const user = 'walker';
  beforeAll(async () => {
    await cluster.sql(
      'postgres',
      `CREATE ROLE ${user} LOGIN REPLICATION PASSWORD '${password}'`,
      `GRANT pg_monitor TO ${user}`,
    );
    await cluster.sql('postgres', 'CREATE DATABASE kept');
  });
  const limitTo = (limit: number) => cluster.sql('postgres', `ALTER ROLE ${user} CONNECTION LIMIT ${limit}`);

  test.each([1, 2])(
    'of which there is %i is told so in the preflight, and copies the whole instance',
    async (limit) => {
      await limitTo(limit);
      const job = startJob(cluster, { name: 'postgres', user, password });
      await backUp(cluster, job, 'physical');
      const said = job.lines.filter((line) => line.includes('connections: '));
      expect(said).toHaveLength(1);
      expect(said[0]).toContain(`connections: 2 wanted, ${limit} to be had`);
      if (limit === 1) expect(said[0]).toContain('WARNING: ');
      expect(job.lines.some((line) => line.includes('no replication slot'))).toBe(limit === 1);
    },
  );

  test('hears in the preflight how many a backup of several jobs wants, and what it does instead', async () => {
    await cluster.sql('postgres', ...limited('narrow', 3));
    const job = startJob(cluster, { name: 'kept', user: 'narrow', password });
    await postgresql().inspectForBackup(job, backupPlan(job, 'logical', { jobs: 4 }));
    expect(job.lines.join('\n')).toContain(
      'WARNING: connections: 6 wanted, 3 to be had (CONNECTION LIMIT 3 of role narrow): pg_dump runs 1 of 4 jobs',
    );
  });

  test('may restore with two, and is refused with one before anything is touched', async () => {
    const manifest = await backUp(cluster, startJob(cluster, { name: 'kept' }), 'logical');
    const by = { user: 'owner_of_kept', password };
    await cluster.sql(
      'postgres',
      `CREATE ROLE ${by.user} LOGIN CREATEDB PASSWORD '${password}' CONNECTION LIMIT 1`,
      `GRANT pg_signal_backend TO ${by.user}`,
      `ALTER DATABASE kept OWNER TO ${by.user}`,
    );
    const beside = { target: { kind: 'beside', name: 'kept_beside' } } as const;
    await expect(restoring(cluster, manifest, beside, by).load()).rejects.toMatchObject({
      code: 'database-unready',
      message: expect.stringContaining('needs 2 connections at once, and there is 1 (CONNECTION LIMIT 1 of role'),
    });
    await cluster.sql('postgres', `ALTER ROLE ${by.user} CONNECTION LIMIT 2`);
    const two = startJob(cluster, { name: 'kept', ...by });
    await postgresql().inspectForRestore(two, restorePlan(two, manifest, { ...beside, jobs: 4 }), manifest);
    expect(two.lines.join('\n')).toContain('connections: 6 wanted, 2 to be had');
  });
});

describe('a backup under way', () => {
  beforeAll(async () => {
    await cluster.sql('postgres', 'CREATE DATABASE busy');
    await cluster.sql('busy', ...tables);
  });

  /** Held where somebody has one table for himself, so that pg_dump waits; resolves to what happens meanwhile. */
  async function whileItWaits<T>(work: () => Promise<T>): Promise<T> {
    const client = await leaveOpen('busy', 'LOCK TABLE goods IN ACCESS EXCLUSIVE MODE');
    const running = backUp(cluster, startJob(cluster, { name: 'busy' }), 'logical');
    try {
      await waiting('LOCK TABLE%');
      return await work();
    } finally {
      await client.end();
      await running;
    }
  }

  async function waiting(query: string): Promise<void> {
    const look = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '${query}'`;
    const deadline = Date.now() + 20_000;
    while ((await cluster.sql('busy', look)).length === 0 && Date.now() < deadline) await sleep(50);
  }

  test('holds no lock that pg_dump does not take', async () => {
    const held = await whileItWaits(() =>
      cluster.sql(
        'busy',
        `SELECT DISTINCT relation::regclass::text AS relation, mode FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE application_name = 'holdfast' AND relation IS NOT NULL AND granted`,
      ),
    );
    expect(held.length).toBeGreaterThan(0);
    expect(held.filter(({ mode }) => mode !== 'AccessShareLock')).toEqual([]);
  });

  test('keeps nobody from altering a sequence', async () => {
    await whileItWaits(() =>
      cluster.sql(
        'busy',
        `SET lock_timeout = '1s'`,
        'ALTER SEQUENCE orders_id_seq CACHE 20',
        `SELECT nextval('never_used')`,
      ),
    );
  });

  test('of several jobs that a TRUNCATE queues behind is interrupted, and is worth another try', async () => {
    const client = await leaveOpen('busy');
    let truncating: Promise<unknown> | undefined;
    const controller = startJob(cluster, { name: 'busy' });
    const report = (activity: string) => {
      // the rows come after all locks, and the workers ask for theirs one by one
      if (activity === 'pg_dump') truncating = queueBehind(client);
    };
    await backUp(cluster, { ...controller, report }, 'logical', { jobs: 2 }).catch((error) => error);
    await client.query('ROLLBACK').catch(() => {});
    await truncating;
    await client.end();
  });

  async function queueBehind(client: Client): Promise<void> {
    const held = `SELECT FROM pg_locks WHERE relation = 'orders'::regclass AND mode = 'AccessShareLock' AND granted`;
    while ((await cluster.sql('busy', held)).length === 0) await sleep(2);
    await client.query('TRUNCATE orders').catch(() => {});
  }
});
