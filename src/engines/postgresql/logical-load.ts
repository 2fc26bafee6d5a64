import type { Manifest } from '../../model/manifest';
import type { RestorePlan } from '../../model/plan';
import type { ArtefactSource, EngineContext, Loaded } from '../engine';
import { fillDatabase } from './fill-database';
import { maintenanceName, newName } from './names';
import { loadContents } from './pg-restore';
import { readPortrait } from './portrait';
import { withSession } from './session';
import { isThere, takeName } from './take-name';

/** Makes a new database beside the live one; then it waits for the swap, or gets the name asked for. */
export async function loadLogical(
  context: EngineContext,
  plan: RestorePlan,
  manifest: Manifest,
  source: ArtefactSource,
): Promise<Loaded> {
  const portrait = await readPortrait(manifest, source);
  const name = newName(context, plan);
  return withSession(context, { database: maintenanceName(context), statementTimeout: 0 }, async (session) => {
    const { target } = plan;
    if (target.kind === 'beside' && (await isThere(context, session, target.name))) return { location: target.name };
    const contents = loadContents(source);
    await fillDatabase(context, session, name, { plan, manifest, portrait, contents });
    if (target.kind === 'in-place') return { location: name };
    await takeName(context, session, name, target.name);
    return { location: target.name };
  });
}
