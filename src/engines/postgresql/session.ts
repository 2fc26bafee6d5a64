import type { ConnectionOptions } from 'node:tls';
import { Client, type QueryResultRow } from 'pg';
import type { EngineContext } from '../engine';
import { connectionFailure, reasonOf, sqlState } from './connection-failure';
import { isConnectionLost } from './connection-lost';
import { neutralising } from './neutral-settings';
import { tlsChoices } from './tls';

export interface SessionOptions {
  readonly database: string;
  /** Milliseconds for one statement; a minute if absent, 0 for as long as it takes. */
  readonly statementTimeout?: number;
  /** Milliseconds to get a connection. */
  readonly connectTimeout?: number;
  /** Speaks to a WAL sender instead of a backend, which knows only replication commands. */
  readonly replication?: boolean;
}

/** One connection. Ends with the job's signal; nothing in it waits for ever. A server that goes away is told like one that cannot be reached. */
export interface Session {
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  end(): Promise<void>;
}

const connectTimeout = 10_000;
const statementTimeout = 60_000;
/** How long the server may stay silent after its own timeout should have struck. */
const silence = 10_000;

/** Connects, works and disconnects, whatever happens. Rejects with the error table's telling of why it cannot connect. */
export async function withSession<T>(
  context: EngineContext,
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(context, options);
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}

export async function openSession(context: EngineContext, options: SessionOptions): Promise<Session> {
  context.signal.throwIfAborted();
  const client = await connect(context, options);
  const session = sessionOf(client, context, options.database);
  try {
    if (!options.replication) await prepare(session);
    return session;
  } catch (error) {
    await session.end();
    throw connectionFailure(context, options.database, error);
  }
}

async function connect(context: EngineContext, options: SessionOptions): Promise<Client> {
  let last: unknown;
  for (const ssl of tlsChoices(context)) {
    try {
      return await connectOnce(context, options, ssl);
    } catch (error) {
      last = error;
      if (!/does not support SSL|no pg_hba.conf entry.*SSL/.test(reasonOf(error))) break;
    }
  }
  context.signal.throwIfAborted();
  throw connectionFailure(context, options.database, last);
}

async function connectOnce(
  context: EngineContext,
  options: SessionOptions,
  ssl: ConnectionOptions | false,
): Promise<Client> {
  const timeout = options.statementTimeout ?? statementTimeout;
  const client = new Client({
    host: context.unit.host,
    port: context.unit.port,
    user: context.config.user,
    database: options.database,
    // A function keeps `pg` from looking for a password elsewhere than the children of this job do.
    password: context.password ?? (() => ''),
    ssl,
    // From the first statement on, whatever the role's own is.
    options: `-c statement_timeout=${timeout}`,
    application_name: 'holdfast',
    connectionTimeoutMillis: options.connectTimeout ?? connectTimeout,
    query_timeout: timeout === 0 ? undefined : timeout + silence,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(options.replication ? { replication: 'true' } : {}),
  });
  client.on('error', () => {}); // a lost connection is seen by the statement under way, or by the next one
  try {
    return await client.connect();
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
}

function sessionOf(client: Client, context: EngineContext, database: string): Session {
  const { signal } = context;
  const onAbort = () => void client.end().catch(() => {});
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    query: async (text, values) => {
      try {
        return (await client.query(text, values && [...values])).rows;
      } catch (error) {
        signal.throwIfAborted();
        throw isLost(error) ? connectionFailure(context, database, error) : error;
      }
    },
    end: async () => {
      signal.removeEventListener('abort', onAbort);
      await client.end().catch(() => {});
    },
  };
}

/** An error with an SQL state came through a connection that holds, unless it says that it ends it; a foreign server's may read the same. */
function isLost(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined ? isConnectionLost(reasonOf(error)) : /^(57P0|08006)/.test(state);
}

/** Settings of the server, the database or the role must not change what our statements mean or end them early. */
async function prepare(session: Session): Promise<void> {
  await session.query(neutralising());
}
