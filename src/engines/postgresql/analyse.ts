import { escapeIdentifier } from 'pg';
import { failure, HoldfastError } from '../../model/errors';
import type { EngineContext } from '../engine';
import { reasonOf, sqlState } from './connection-failure';
import { isInterrupted } from './connection-lost';
import type { Loading } from './pg-restore';
import { runTool } from './run-tool';
import { serverTool } from './server-words';
import { type Session, withSession } from './session';
import { connectionArguments, connectionEnvironment } from './tool-connection';
import { findTool } from './tools';

/**
 * Without statistics the restored database would answer its first queries by guesswork; but that they cannot be had is no reason to do without the data.
 * Foreign tables are left alone, and what has them as partitions, unless the configuration asks for them: their places may be far, or gone. Resolves to
 * warnings.
 */
export async function analyse({ context, plan, server }: Loading, database: string): Promise<string[]> {
  context.report('analysing and comparing');
  const { program } = await findTool(context, 'vacuumdb', { kind: 'works', server });
  const args = ['--analyze-only', '--quiet', `--jobs=${plan.jobs}`, ...connectionArguments(context, database)];
  const env = connectionEnvironment(context, server);
  try {
    await runTool(context, { program, args, env, telling: serverTool });
    await withSession(context, { database, statementTimeout: 0 }, (session) => analyseEach(session, parents));
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = reasonOf(error);
    if (error instanceof HoldfastError && (await isInterrupted(context, error)))
      throw failure('load-failed', { backup: plan.backupId, tool: 'vacuumdb', reason }, error);
    return [warn(context, `not all of it is analysed: ${reason}; do so with: vacuumdb --analyze-only`)];
  }
  return context.config.restore['analyse-foreign'] ? analyseForeign(context, database) : [];
}

/** Partitioned tables have statistics of their own, which vacuumdb passes over; so has it no foreign tables. */
const leansOnForeign = `EXISTS (SELECT FROM pg_partition_tree(c.oid) t JOIN pg_class p ON p.oid = t.relid WHERE p.relkind = 'f')`;
const parents = `c.relkind = 'p' AND NOT c.relispartition AND NOT ${leansOnForeign}`;
const foreign = `c.relkind = 'f' OR c.relkind = 'p' AND NOT c.relispartition AND ${leansOnForeign}`;

/** A table whose server does not answer keeps no other from being analysed. */
async function analyseForeign(context: EngineContext, database: string): Promise<string[]> {
  const warnings: string[] = [];
  const tell = (table: string, error: unknown) => {
    context.signal.throwIfAborted();
    warnings.push(warn(context, `${table} is not analysed: ${reasonOf(error)}; do so with: ANALYZE ${table}`));
  };
  try {
    await withSession(context, { database, statementTimeout: 0 }, (session) => analyseEach(session, foreign, tell));
  } catch (error) {
    tell('what else is foreign', error);
  }
  return warnings;
}

async function analyseEach(
  session: Session,
  which: string,
  onFailure?: (table: string, error: unknown) => void,
): Promise<void> {
  const tables = await session.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relpersistence <> 't' AND (${which}) ORDER BY 1, 2`,
  );
  for (const { schema, name } of tables) {
    const table = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
    try {
      await session.query(`ANALYZE ${table}`);
    } catch (error) {
      if (onFailure === undefined || sqlState(error) === undefined) throw error;
      onFailure(table, error);
    }
  }
}

function warn(context: EngineContext, warning: string): string {
  context.log.line('restore', `WARNING: ${warning}`);
  return warning;
}
