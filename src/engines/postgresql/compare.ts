import type { Manifest } from '../../model/manifest';
import type { RestorePlan } from '../../model/plan';
import type { EngineContext } from '../engine';
import { readLoadReport } from './careful/load-report';
import { compareStructure, compareWithFacts } from './compare-database';
import { factsOf } from './facts';
import { databaseName } from './names';
import { readServer } from './server';
import { withSession } from './session';

/**
 * Rows were compared before the swap; since then the database is in use, and may rightly have more. What the load was told to leave out, or was
 * known to differ in, was told then.
 */
export async function compareLogical(
  context: EngineContext,
  plan: RestorePlan,
  manifest: Manifest,
): Promise<readonly string[]> {
  const facts = factsOf(manifest);
  const { leftOut, known = [] } = await readLoadReport(context);
  if (leftOut.length > 0) return [];
  const { sequences: _, ...rest } = facts;
  const differences =
    plan.target.kind === 'beside'
      ? await withSession(context, { database: plan.target.name, statementTimeout: 0 }, (session) =>
          compareWithFacts(session, facts),
        )
      : await withSession(context, { database: databaseName(context) }, (session) => compareStructure(session, rest));
  return differences.map(({ text }) => text).filter((text) => !known.includes(text));
}

/** What was restored beside does not run, and its files have been verified; what was swapped in must say that it is what was backed up. */
export async function compareInstance(
  context: EngineContext,
  plan: RestorePlan,
  manifest: Manifest,
): Promise<readonly string[]> {
  if (plan.target.kind === 'beside') return [];
  const facts = factsOf(manifest);
  return withSession(context, { database: databaseName(context), statementTimeout: 0 }, async (session) => {
    const { systemIdentifier } = await readServer(session);
    const rows = await session.query<{ name: string }>('SELECT datname AS name FROM pg_database');
    const found = new Set(rows.map(({ name }) => name));
    const expected = manifest['system-identifier'];
    return [
      ...(systemIdentifier === expected ? [] : [`the system identifier is ${systemIdentifier}, not ${expected}`]),
      ...(facts.databases ?? []).filter((name) => !found.has(name)).map((name) => `database "${name}" is missing`),
      ...(await compareWithFacts(session, facts)).map(({ text }) => text),
    ];
  });
}
