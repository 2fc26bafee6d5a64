import { escapeIdentifier } from 'pg';
import type { EngineContext } from '../engine';
import type { Loading } from './pg-restore';
import { runTool, toldAs } from './run-tool';
import { withSession } from './session';
import { connectionArguments, connectionEnvironment } from './tool-connection';
import { findTool } from './tools';

/** Without statistics the restored database would answer its first queries by guesswork. */
export async function analyse({ context, plan, manifest, tool }: Loading, database: string): Promise<void> {
  context.report('analysing and comparing');
  const { program } = await findTool(context, 'vacuumdb', tool.major);
  const args = ['--analyze-only', '--quiet', `--jobs=${plan.jobs}`, ...connectionArguments(context, database)];
  const env = connectionEnvironment(context);
  await toldAs(
    'load-failed',
    { backup: manifest['backup-id'], tool: 'vacuumdb' },
    runTool(context, { program, args, env }),
  );
  await analyseParents(context, database);
}

/** Partitioned tables have statistics of their own, which vacuumdb passes over. */
async function analyseParents(context: EngineContext, database: string): Promise<void> {
  await withSession(context, { database, statementTimeout: 0 }, async (session) => {
    const roots = await session.query<{ schema: string; name: string }>(
      `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'p' AND NOT c.relispartition`,
    );
    for (const { schema, name } of roots) {
      await session.query(`ANALYZE ${escapeIdentifier(schema)}.${escapeIdentifier(name)}`);
    }
  });
}
