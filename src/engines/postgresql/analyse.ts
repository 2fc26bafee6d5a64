import { escapeIdentifier } from 'pg';
import { failure, HoldfastError } from '../../model/errors';
import type { EngineContext } from '../engine';
import { reasonOf } from './connection-failure';
import { isInterrupted } from './connection-lost';
import type { Loading } from './pg-restore';
import { runTool } from './run-tool';
import { serverTool } from './server-words';
import { withSession } from './session';
import { connectionArguments, connectionEnvironment } from './tool-connection';
import { findTool } from './tools';

/**
 * Without statistics the restored database would answer its first queries by guesswork; but that they cannot be had is no reason to do without the data.
 * Foreign tables are left alone, and what has them as partitions: their places may be far, or gone. Resolves to warnings.
 */
export async function analyse({ context, plan, server }: Loading, database: string): Promise<string[]> {
  context.report('analysing and comparing');
  const { program } = await findTool(context, 'vacuumdb', { kind: 'works', server });
  const args = ['--analyze-only', '--quiet', `--jobs=${plan.jobs}`, ...connectionArguments(context, database)];
  const env = connectionEnvironment(context, server);
  try {
    await runTool(context, { program, args, env, telling: serverTool });
    await analyseParents(context, database);
    return [];
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = reasonOf(error);
    if (error instanceof HoldfastError && (await isInterrupted(context, error)))
      throw failure('load-failed', { backup: plan.backupId, tool: 'vacuumdb', reason }, error);
    const warning = `not all of it is analysed: ${reason}; do so with: vacuumdb --analyze-only`;
    context.log.line('restore', `WARNING: ${warning}`);
    return [warning];
  }
}

/** Partitioned tables have statistics of their own, which vacuumdb passes over. */
async function analyseParents(context: EngineContext, database: string): Promise<void> {
  await withSession(context, { database, statementTimeout: 0 }, async (session) => {
    const roots = await session.query<{ schema: string; name: string }>(
      `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'p' AND NOT c.relispartition AND NOT EXISTS (
         SELECT FROM pg_partition_tree(c.oid) t JOIN pg_class p ON p.oid = t.relid WHERE p.relkind = 'f')`,
    );
    for (const { schema, name } of roots) {
      await session.query(`ANALYZE ${escapeIdentifier(schema)}.${escapeIdentifier(name)}`);
    }
  });
}
