import { createShop } from '../shop/create';
import { withClient } from '../shop/sql-session';
import { type Machine, startMachine } from '../stack/machine';
import { bytes, counted } from './figures';
import { JobBook } from './job-book';
import type { Narrator } from './narrator';
import type { Scene } from './scene';

/** Tests that look at something else than the story take a smaller shop. */
const rows = Number(process.env['HOLDFAST_DEMO_ROWS'] ?? 300_000);

const nightly = { name: 'nightly', cron: '0 1 * * *', method: 'logical' };

/** Begins to start the servers. */
export function startServers(): Promise<Machine> {
  return startMachine('holdfast-demo', { shop: { schedules: [nightly] } });
}

/** Waits for the servers, starts Holdfast with its Temporal, and fills a shop. */
export async function openShop(narrator: Narrator, starting: Promise<Machine>): Promise<Scene> {
  narrator.heading('A shop opens');
  const machine = await narrator.step(
    'starting PostgreSQL and an S3 server',
    async () => ({ ...(await starting), version: await versionOf(await starting) }),
    ({ version }) => `PostgreSQL ${version} and an S3 server are running`,
  );
  const { postgres, holdfast, uiAddress, folder } = machine;
  narrator.detail(`all data of this demo is in ${folder}`);
  const [shop] = await narrator.step(
    'filling a shop, and starting Holdfast with its Temporal',
    () => Promise.all([createShop(postgres.client(), { rows }), holdfast.startUp()]),
    ({ 0: { rows, tables, bytes: size } }) =>
      `the shop is full: ${counted(rows)} rows in ${tables} tables, ${bytes(size)}`,
  );
  narrator.command('holdfast up');
  narrator.detail(`Temporal, its Web UI and the workers are running: ${uiAddress}`);
  const client = postgres.client('shop');
  const till = { ...client, user: 'shop_app', password: shop.password };
  return { narrator, machine, jobs: new JobBook(holdfast), shop: client, till };
}

/** Without what the packager added. */
function versionOf({ postgres }: Machine): Promise<string> {
  return withClient(postgres.client(), async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version.split(' ')[0] ?? '';
  });
}
