import { join } from 'node:path';
import { type PostgresOptions, type PostgresServer, startPostgres } from '../../scripts/servers/postgres';
import { clusterOf, type TestCluster } from '../engines/cluster';
import { expectReturned, type Housed, type InstanceTrip, tripInstance } from './instance-trip';
import { placeOf, type Servers, tripLogically } from './logical-trip';
import type { Situation } from './situation';

/**
 * Registers a test for each situation, method and target. Each gets a database of its own on the suite's server, is backed up and restored by the real
 * engine, and compared before and after by PostgreSQL's own tools. Call it once per file, with an `ownCluster`. `away`: of the new server.
 */
export function realDatabases(
  home: TestCluster,
  situations: readonly Situation[],
  away: Pick<PostgresOptions, 'env' | 'settings'> = {},
): void {
  const housed = situations.map((situation, at) => ({ situation, database: situation.database ?? `real_${at + 1}` }));
  const servers = { home, away: anotherServer(home, away) };
  const made = makeOnce(home);
  describe('a logical backup', () => {
    test.each(logicalTrips(housed))('%s, %s', async (_, to, each) => {
      await made(each);
      await tripLogically(servers, each.situation, each.database, to);
    });
  });
  for (const method of ['physical', 'cold'] as const) {
    const concerned = housed.filter(({ situation }) => situation.methods?.includes(method));
    if (concerned.length > 0) instanceTests(home, method, concerned, made);
  }
}

function logicalTrips(housed: readonly Housed[]) {
  return housed
    .filter(({ situation }) => (situation.methods ?? ['logical']).includes('logical'))
    .flatMap((each) => (each.situation.targets ?? ['in-place']).map((to) => [each.situation.title, to, each] as const));
}

function instanceTests(
  home: TestCluster,
  method: 'physical' | 'cold',
  housed: readonly Housed[],
  made: (housed: Housed) => Promise<void>,
): void {
  describe(`a ${method} backup`, () => {
    let trip: InstanceTrip;
    beforeAll(async () => {
      for (const each of housed) await made(each);
      trip = await tripInstance(home, method, housed);
    }, 60_000);
    test.each(housed.map((each) => [each.situation.title, each] as const))('%s', async (_, each) => {
      await expectReturned(home, each, trip);
    });
  });
}

/** Makes a situation's database the first time that it is needed. */
function makeOnce(home: TestCluster) {
  const begun = new Map<Housed, Promise<void>>();
  return (housed: Housed): Promise<void> => {
    const making = begun.get(housed) ?? make(home, housed);
    begun.set(housed, making);
    return making;
  };
}

async function make(home: TestCluster, { situation, database }: Housed): Promise<void> {
  await home.sql('postgres', `CREATE DATABASE "${database.replaceAll('"', '""')}" ${situation.options ?? ''}`);
  const place = placeOf(home, database);
  if (typeof situation.make === 'function') await situation.make(place);
  else await place.sql(...situation.make);
}

/** Starts it when the first situation asks for it; ends with the suite. */
function anotherServer(home: TestCluster, away: Pick<PostgresOptions, 'env' | 'settings'>): Servers['away'] {
  let starting: Promise<PostgresServer> | undefined;
  afterAll(async () => (await starting)?.stop(), 60_000);
  return async () => {
    const folder = join(home.folder, 'away');
    const { binDirectory } = home.server;
    starting ??= startPostgres({ folder: join(folder, 'pg'), fsync: false, binDirectory, ...away });
    return clusterOf(await starting, folder);
  };
}
