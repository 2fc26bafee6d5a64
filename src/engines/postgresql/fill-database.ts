import type { Manifest } from '../../model/manifest';
import type { RestorePlan } from '../../model/plan';
import { allEnded } from '../../pipeline/all-ended';
import type { ArtefactSource, EngineContext } from '../engine';
import { allowing, together } from './alter-database';
import { analyse } from './analyse';
import { applyRoles } from './apply-roles';
import { loadOrGoOn } from './careful/load-or-go-on';
import type { LoadReport } from './careful/load-report';
import { jobsForRestore, readRoom, wantedForRestore } from './connection-room';
import { creating } from './create-database';
import { dropDatabase, subscriptionsOf } from './drop-database';
import { dumpMajorOf, factsOf } from './facts';
import { givingProperties } from './give-properties';
import { judgeLoaded } from './judge-loaded';
import { madeWith } from './made-with';
import { findDatabase, marking } from './mark';
import type { Portrait } from './portrait';
import { readServer } from './server';
import type { Session } from './session';
import { told } from './told';
import { findTool } from './tools';

export interface Filling {
  readonly plan: RestorePlan;
  readonly manifest: Manifest;
  readonly portrait: Portrait;
  readonly source: ArtefactSource;
}

/**
 * Makes the database `name`: all that the backed-up one was, compared with the facts. Begins by dropping what is there under that name; ends by closing it
 * until it is given its place.
 */
export async function fillDatabase(
  context: EngineContext,
  session: Session,
  name: string,
  filling: Filling,
): Promise<LoadReport> {
  const { plan, manifest, portrait, source } = filling;
  const backup = manifest['backup-id'];
  const { major } = await readServer(session);
  const tool = await findTool(context, 'pg_restore', { kind: 'loads', dump: dumpMajorOf(manifest), server: major });
  context.report('roles');
  const making = applyRoles(session, portrait, context.log);
  const ofRoles = await told(context, 'load-failed', { backup, tool: 'CREATE ROLE' }, making);
  const tablespaces = await knownTablespaces(session);
  const create = creating(name, portrait.database, { major, tablespaces }, backup);
  const giving = givingProperties(context, session, name, { properties: portrait.database, backup });
  const beginAnew = async () => {
    await told(context, 'load-failed', { backup, tool: 'DROP DATABASE' }, dropDatabase(context, session, name));
    await told(context, 'load-failed', { backup, tool: 'CREATE DATABASE' }, session.query(create));
    const mark = marking(name, { role: 'loading', job: plan.jobId });
    await told(context, 'load-failed', { backup, tool: 'ALTER DATABASE' }, session.query(mark));
    await giving.before();
  };
  await beginAnew();
  const made = portrait.database['in-effect'] ?? [];
  const own = await told(context, 'load-failed', { backup, tool: 'SHOW' }, madeWith(context, name, made));
  const room = await readRoom(session);
  const affordable = { ...plan, jobs: jobsForRestore(room, plan.jobs) };
  const loading = {
    context,
    plan: affordable,
    manifest,
    tool,
    server: major,
    madeWith: own.settings,
    tablespaces: allKnown(context, manifest, tablespaces),
  };
  const { report, tidy } = await loadOrGoOn(loading, { source, portrait, name, beginAnew });
  const analysing = analyse(loading, name);
  if (room.connections < wantedForRestore(1)) await analysing;
  // both read all of it, and one processor is enough for neither
  const [analysed, judged] = await allEnded([analysing, judgeLoaded(loading, name, report.leftOut.length > 0)]);
  await tidy();
  await tellSubscriptions(context, session, name);
  const refused = await giving.after();
  const allow = portrait.database['allow-connections'];
  const closing = [marking(name, { role: 'loaded', job: plan.jobId, allow }), allowing(name, false)];
  await told(context, 'load-failed', { backup, tool: 'ALTER DATABASE' }, together(session, closing));
  const warnings = [...ofRoles, ...own.warnings, ...report.warnings, ...analysed, ...refused, ...judged.warnings];
  return { ...report, warnings, known: judged.known };
}

async function knownTablespaces(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT spcname AS name FROM pg_tablespace WHERE has_tablespace_privilege(oid, 'CREATE')`,
  );
  return rows.map(({ name }) => name);
}

function allKnown(context: EngineContext, manifest: Manifest, known: readonly string[]): boolean {
  const unknown = (factsOf(manifest).tablespaces ?? []).filter((name) => !known.includes(name));
  if (unknown.length === 0) return true;
  const names = unknown.map((name) => `"${name}"`).join(', ');
  context.log.line(
    'restore',
    `WARNING: no tablespace ${names} on this server that this role may use: all goes to the default one`,
  );
  return false;
}

/** pg_restore makes them disabled, so that a copy does not take the original's changes away. */
async function tellSubscriptions(context: EngineContext, session: Session, name: string): Promise<void> {
  const made = await findDatabase(session, name);
  for (const subscription of await subscriptionsOf(session, made?.oid ?? '0')) {
    const why = 'enable it when the database that it was copied from subscribes no more';
    context.log.line('restore', `WARNING: subscription "${subscription}" is restored disabled: ${why}`);
  }
}
