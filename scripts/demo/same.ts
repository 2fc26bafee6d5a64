import type { ClientConfig } from 'pg';
import { failure } from '../../src/model/errors';
import { compareFingerprints } from '../shop/compare';
import { type Fingerprint, fingerprint } from '../shop/fingerprint';
import { withClient } from '../shop/sql-session';
import { counted } from './figures';

/** Enough to see what kind of thing is wrong. */
const shown = 8;

/** How many things were compared; rejects, naming the first differences, if one of them is not what it was. */
export async function mustBeSame(shop: ClientConfig, before: Fingerprint, backup: string): Promise<number> {
  await sabotage(shop);
  const differences = compareFingerprints(before, await fingerprint(shop));
  if (differences.length > 0) throw differing(`the restored shop with backup "${backup}"`, differences);
  return thingsIn(before);
}

/** A failure of the demo: something that was restored is not what it should be. */
export function differing(what: string, differences: readonly string[]): Error {
  const count = `${counted(differences.length)} ${differences.length === 1 ? 'difference' : 'differences'}`;
  const reason = [count, ...someOf(differences).map((line) => `  ${line}`)].join('\n');
  return failure('process-failed', { tool: `comparison of ${what}`, reason, job: '' });
}

/** The first of many lines, and how many there are more. */
export function someOf(lines: readonly string[], most = shown): string[] {
  const rest = lines.length > most ? [`and ${counted(lines.length - most)} more`] : [];
  return [...lines.slice(0, most), ...rest];
}

/** Items that a comparison looks at. */
export function thingsIn(seen: Fingerprint): number {
  return Object.values(seen).reduce((sum, section) => sum + Object.keys(section).length, 0);
}

/** With HOLDFAST_DEMO_SABOTAGE a restored row is changed by a cent, to show that the demo would notice a bad restore. */
async function sabotage(shop: ClientConfig): Promise<void> {
  if (!process.env['HOLDFAST_DEMO_SABOTAGE']) return;
  await withClient(shop, async (client) => {
    await client.query('SET session_replication_role = replica');
    await client.query('UPDATE public.orders SET total = total + 0.01 WHERE id = (SELECT min(id) FROM public.orders)');
  });
}
