import type { ClientConfig } from 'pg';
import { checkInvariants, missingOrders } from '../shop/invariants';
import type { OrdersAround } from './back-up-online';
import { duration, timeOf } from './figures';
import { differing } from './same';
import type { Scene } from './scene';

const copy = 'shop_as_it_was';

/** Restores the backup that was made while customers ordered beside the shop, and shows that it is of one single moment. */
export async function showsOneMoment({ narrator, jobs, machine }: Scene, orders: OrdersAround): Promise<void> {
  narrator.heading('What the backup of the running shop holds');
  await narrator.step(
    'restoring it beside the shop',
    () =>
      jobs.run('restore beside the shop', `restore shop ${orders.backup} --into ${copy} --yes --job-id shop-beside`),
    (done) => `restored beside the shop, as ${done['restored-to']}, in ${duration(timeOf(done))}`,
  );
  narrator.command(`holdfast restore shop ${orders.backup} --into ${copy}`);
  const database = machine.postgres.client(copy);
  await narrator.step(
    'checking that it is of one moment',
    () => countWithin(database, orders),
    (within) => {
      const { before, during, after } = orders;
      return `${before.length} of ${before.length} orders placed before it, ${within} of ${during.length} during it, 0 of ${after.length} after it`;
    },
  );
  narrator.detail('one moment: every order adds up with its items, payments and stock');
}

/** How many of the orders that were placed during the backup it holds; rejects if it shows more than one moment. */
async function countWithin(database: ClientConfig, { before, during, after }: OrdersAround): Promise<number> {
  const torn = await checkInvariants(database);
  const lost = (await missingOrders(database, before)).length;
  const early = after.length - (await missingOrders(database, after)).length;
  if (torn.length > 0 || lost > 0 || early > 0)
    throw differing(`${copy} with any one moment`, [...torn, `${lost} orders lost`, `${early} orders too many`]);
  return during.length - (await missingOrders(database, during)).length;
}
