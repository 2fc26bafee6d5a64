import { failure, HoldfastError } from '../../model/errors';
import { wordsOf } from '../../pipeline/words-of';
import type { EngineContext } from '../engine';
import { databaseName } from './names';
import { withoutRows } from './server-error';

/** The five characters by which the server names a kind of error; undefined for errors that are not the server's. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** What an error says, on one line, for people. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}

type Telling = (context: EngineContext, database: string, error: unknown) => HoldfastError;

/** Which entry of the error table an SQL state at connecting is told as. */
const byState: Readonly<Record<string, Telling>> = {
  '08P01': pooled,
  '28P01': credentials,
  '28000': credentials,
  '3D000': missing,
  '42501': role,
  '53300': unready,
  '55000': unready,
  '57P01': unready,
  '57P02': unready,
  '57P03': unready,
};

/** What a failed connection means. */
export function connectionFailure(context: EngineContext, database: string, error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const told = withoutRows(error);
  // A server that is waited for says the same many times.
  if (reasonOf(told) !== reasonOf(error)) context.log.line('postgresql', wordsOf(told));
  return tellFailure(context, database, told);
}

function tellFailure(context: EngineContext, database: string, error: unknown): HoldfastError {
  const tell = byState[sqlState(error) ?? ''];
  if (tell !== undefined) return tell(context, database, error);
  return !context.password && isOfDriver(error)
    ? credentials(context, database, new Error('the server asks for a password and none is configured'))
    : unreachable(context, database, error);
}

/** Neither the server's word nor the network's: the driver refuses, where it is asked for a password and has none. */
function isOfDriver(error: unknown): boolean {
  return error instanceof Error && !('code' in error) && !isSilence(error);
}

/** The driver's own words, which come without a code and in no other language. */
export function isSilence(error: unknown): boolean {
  return reasonOf(error) === 'timeout expired';
}

function unreachable(context: EngineContext, database: string, error: unknown): HoldfastError {
  const { host, port } = context.unit;
  const reason = isSilence(error) ? 'no answer in time' : reasonOf(error);
  return failure('database-unreachable', { database, host, port, reason }, error);
}

function credentials(context: EngineContext, database: string, error: unknown): HoldfastError {
  return failure('database-credentials', { database, user: context.config.user, reason: reasonOf(error) }, error);
}

function missing(context: EngineContext, database: string, error: unknown): HoldfastError {
  return failure('database-missing', { database, host: context.unit.host, port: context.unit.port }, error);
}

function unready(_: EngineContext, database: string, error: unknown): HoldfastError {
  return failure('database-unready', { database, reason: reasonOf(error) }, error);
}

/** It passes on little of what a session asks for, and what one session sets to whoever comes next. */
export function pooled(context: EngineContext, database = databaseName(context), error?: unknown): HoldfastError {
  const { host, port } = context.unit;
  const said = error === undefined ? '' : ` (${reasonOf(error)})`;
  const reason = `a connection pooler answers at ${host}:${port}${said}: give the unit the host and port of the server itself`;
  return failure('database-unready', { database, reason }, error);
}

function role({ config: { user } }: EngineContext, database: string, error: unknown): HoldfastError {
  const remedy = `grant connect on the database to role "${user}"`;
  return failure('database-role', { database, user, reason: reasonOf(error), remedy }, error);
}
