import type { EngineContext } from '../engine';
import { sqlState } from './connection-failure';
import type { KeptSetting } from './portrait';
import { type Session, withSession } from './session';

/** What the text of values, and checks of them, depend on; money is written and read as lc_monetary says. */
const names = ['lc_monetary', 'lc_numeric', 'lc_time', 'datestyle', 'intervalstyle', 'timezone'];

/** Columns of money, of domains of it and of arrays of it. */
const money = `SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid >= 16384 AND NOT a.attisdropped AND 'money'::regtype IN (t.oid, t.typbasetype, t.typelem)`;

/** What the data of this session's database are made with: lc_monetary only where there may be money in it. */
export async function readMadeWith(session: Session): Promise<KeptSetting[]> {
  const [row] = await session.query<{ money: boolean }>(`SELECT EXISTS (${money}) AS money`);
  return (await readInEffect(session)).filter(({ name }) => name !== 'lc_monetary' || row?.money === true);
}

/** What holds in the database of this session for whoever sets nothing himself. */
function readInEffect(session: Session): Promise<KeptSetting[]> {
  return session.query<KeptSetting>(
    'SELECT lower(name) AS name, reset_val AS value FROM pg_settings WHERE lower(name) = ANY($1) ORDER BY 1',
    [names],
  );
}

/**
 * `name=value` of what held where the data were made and holds no more where they are loaded, since the other server has other defaults: the load has to run
 * under these. What this server does not know (a locale that its host lacks) is told: of money it is a warning.
 */
export async function madeWith(
  context: EngineContext,
  database: string,
  wanted: readonly KeptSetting[],
): Promise<{ readonly settings: readonly string[]; readonly warnings: readonly string[] }> {
  return withSession(context, { database }, async (session) => {
    const here = new Map((await readInEffect(session)).map(({ name, value }) => [name, value]));
    const differing = wanted.filter(({ name, value }) => names.includes(name) && here.get(name) !== value);
    const settings: string[] = [];
    const warnings: string[] = [];
    for (const { name, value } of differing) {
      const difference = `the data were made with ${name} "${value}", this server has "${here.get(name)}"`;
      if (await takes(session, name, value)) {
        settings.push(`${name}=${value}`);
        context.log.line('restore', `${difference}: they are loaded with their own`);
      } else {
        context.log.line('restore', `WARNING: ${difference}, and does not know the other`);
        if (name === 'lc_monetary') warnings.push(`${difference}, and does not know the other`);
      }
    }
    return { settings, warnings };
  });
}

async function takes(session: Session, name: string, value: string): Promise<boolean> {
  try {
    await session.query('SELECT set_config($1, $2, false)', [name, value]);
    return true;
  } catch (error) {
    if (sqlState(error) === undefined) throw error; // not the server's answer, but the want of one
    return false;
  }
}
