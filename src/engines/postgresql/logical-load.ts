import type { Manifest } from '../../model/manifest';
import type { RestorePlan } from '../../model/plan';
import type { ArtefactSource, EngineContext, Loaded } from '../engine';
import { spoolForLater } from './aside-first/load-in-place';
import { readLoadReport, writeLoadReport } from './careful/load-report';
import { fillDatabase } from './fill-database';
import { maintenanceName, newName } from './names';
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
  if (plan.way === 'aside-first') return { location: await spoolForLater(context, manifest, source) };
  const portrait = await readPortrait(manifest, source);
  const name = newName(context, plan);
  return withSession(context, { database: maintenanceName(context), statementTimeout: 0 }, async (session) => {
    const { target } = plan;
    if (target.kind === 'beside' && (await isThere(context, session, target.name))) {
      return { location: target.name, ...(await readLoadReport(context)) };
    }
    const report = await fillDatabase(context, session, name, { plan, manifest, portrait, source });
    await writeLoadReport(context, report);
    if (target.kind === 'in-place') return { location: name, ...report };
    await takeName(context, session, name, target.name);
    return { location: target.name, ...report };
  });
}
