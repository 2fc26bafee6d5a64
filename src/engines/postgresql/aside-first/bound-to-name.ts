import { failure } from '../../../model/errors';
import type { Manifest } from '../../../model/manifest';
import type { RestorePlan } from '../../../model/plan';
import type { EngineContext } from '../../engine';
import { sqlState } from '../connection-failure';
import { factsOf } from '../facts';
import { databaseName } from '../names';
import type { Session } from '../session';

/** Extensions that can only be made in the database that this setting names; backups say so themselves where they could see it. */
const known: Readonly<Record<string, string>> = { pg_cron: 'cron.database_name' };

/** What in the backup works in a database of its own name alone. */
export function boundToName(manifest: Manifest): readonly string[] {
  if (manifest.method !== 'logical') return [];
  const { extensions = [], 'bound-by': settings = [] } = factsOf(manifest);
  const names = extensions.flatMap((name) => (Object.hasOwn(known, name) ? `extension "${name}"` : []));
  const others = settings.filter((setting) => !extensions.some((name) => known[name] === setting));
  return [...names, ...others.map((setting) => `setting "${setting}"`)];
}

/** Rejects with `backup-incompatible` where such an extension could not be made in the database that is loaded into. */
export async function requireFittingName(
  context: EngineContext,
  session: Session,
  plan: RestorePlan,
  manifest: Manifest,
): Promise<void> {
  const { extensions = [] } = factsOf(manifest);
  const database = databaseName(context);
  for (const extension of extensions.filter((name) => Object.hasOwn(known, name))) {
    const setting = known[extension] ?? '';
    const named = await settingOf(session, setting);
    const fits = plan.way === 'aside-first' && (named === undefined || named === database);
    if (fits || plan.onError === 'continue') continue;
    const where = named === undefined ? `the one that "${setting}" names` : `"${named}", which "${setting}" names`;
    const reason = `its extension "${extension}" can only be made in one database, ${where}`;
    const details = { backup: manifest['backup-id'], database };
    throw failure('name-bound', { ...details, reason });
  }
}

/** undefined where the role may not see it. Empty where the extension is not loaded into the server. */
async function settingOf(session: Session, setting: string): Promise<string | undefined> {
  try {
    const [row] = await session.query<{ value: string | null }>('SELECT current_setting($1, true) AS value', [setting]);
    return row?.value ?? '';
  } catch (error) {
    if (sqlState(error) === '42501') return undefined;
    throw error;
  }
}
