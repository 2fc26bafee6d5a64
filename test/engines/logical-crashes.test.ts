import type { Manifest } from '../../src/model/manifest';
import type { RestorePlan } from '../../src/model/plan';
import { backUp, postgresql, sourceOf } from './back-up';
import { ownCluster } from './cluster';
import { dying } from './crash';
import { type Job, startJob } from './job';
import { restorePlan } from './plans';

jest.mock('../../src/engines/postgresql/session', () => {
  const real = jest.requireActual('../../src/engines/postgresql/session');
  const { crashing } = jest.requireActual('./crash');
  const withSession: typeof real.withSession = (
    context: unknown,
    options: unknown,
    work: (session: unknown) => unknown,
  ) =>
    real.withSession(context, options, (session: { query: () => Promise<unknown> }) =>
      work({ ...session, query: crashing(session.query) }),
    );
  return { ...real, withSession };
});

const cluster = ownCluster();
const engine = postgresql();
let manifest: Manifest;

beforeAll(async () => {
  await cluster.sql('postgres', 'CREATE ROLE app', 'CREATE DATABASE shop OWNER app CONNECTION LIMIT 7');
  await cluster.sql('shop', 'CREATE TABLE goods (id int)', 'INSERT INTO goods SELECT generate_series(1, 10)');
  manifest = await backUp(cluster, startJob(cluster), 'logical');
  await cluster.sql('shop', 'INSERT INTO goods VALUES (11)');
}, 60_000);

/** Every database that is not the server's, with who may connect, our marks and the rows it holds. */
async function scene(): Promise<string[]> {
  const rows = await cluster.sql(
    'postgres',
    `SELECT datname AS name, datallowconn AS allow, datconnlimit AS limit, setconfig::text AS mark FROM pg_database d
     LEFT JOIN pg_db_role_setting ON setdatabase = d.oid WHERE datname NOT LIKE 'template%' AND datname <> 'postgres' ORDER BY 1`,
  );
  return rows.map(({ name, allow, limit, mark }) => `${name} ${allow} ${limit} ${mark}`);
}

const rowsIn = async (database: string) => (await cluster.sql(database, 'SELECT count(*)::int AS n FROM goods'))[0]?.n;

function restoring(): { restore: Job; plan: RestorePlan; load: () => Promise<unknown> } {
  const restore = startJob(cluster);
  const plan = restorePlan(restore, manifest);
  return { restore, plan, load: () => engine.load(restore, plan, manifest, sourceOf(cluster, restore, manifest)) };
}

const steps = Array.from({ length: 40 }, (_, step) => step + 1);

describe('a swap of databases that dies after one of its statements', () => {
  it('is finished by the next attempt, or undone, wherever it died', async () => {
    const { restore, plan, load } = restoring();
    const untouched = await scene();
    await load();
    const state = await engine.readFence(restore);
    const swap = async () => {
      await engine.fence(restore, state, true);
      await engine.swap(restore, plan);
      await engine.unfence(restore, state);
    };
    const swapBack = async () => {
      await engine.swapBack(restore, plan);
      await engine.unfence(restore, state);
    };
    const before = await scene();
    await swap();
    const swapped = await scene();
    expect(swapped).toHaveLength(2);
    expect(await rowsIn('shop')).toBe(10);
    let died = 0;
    for (const step of steps) {
      const wayBack = await dying(step, true, swapBack);
      await swapBack();
      expect(await scene()).toEqual(before);
      const wayThere = await dying(step, true, swap);
      if (!wayBack && !wayThere) break;
      died += 1;
      await swapBack();
      expect(await scene()).toEqual(before);
      await dying(step, true, swap);
      await swap();
      expect(await scene()).toEqual(swapped);
    }
    expect(died).toBeGreaterThan(15);
    await swapBack();
    expect(await rowsIn('shop')).toBe(11);
    await engine.discardLoaded(restore, plan);
    expect(await scene()).toEqual(untouched);
  }, 60_000);
});

describe('a load that dies', () => {
  it('is begun anew by the next attempt, and what it left never comes into service', async () => {
    const untouched = await scene();
    const { restore, plan, load } = restoring();
    let step = 4;
    for (; await dying(step, false, load); step += 3) {
      await expect(engine.swap(restore, plan)).rejects.toMatchObject({ code: 'swap-failed' });
      expect(await rowsIn('shop')).toBe(11);
    }
    expect(step).toBeGreaterThan(20);
    await load();
    await engine.discardLoaded(restore, plan);
    await engine.discardLoaded(restore, plan);
    expect(await scene()).toEqual(untouched);
  }, 60_000);
});
