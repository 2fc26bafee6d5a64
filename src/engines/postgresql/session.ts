import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import { Client, type QueryResultRow } from 'pg';
import type { EngineContext } from '../engine';
import { connectionFailure, isSilence, pooled, sqlState } from './connection-failure';
import { neutralising } from './neutral-settings';
import { withoutRows } from './server-error';
import { noteSight } from './server-sight';
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
const triesForRoom = 4;
const pauseForRoom = 300;
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
    if (!options.replication) await prepare(context, client, session);
    return session;
  } catch (error) {
    await session.end();
    throw connectionFailure(context, options.database, error);
  }
}

/** A connection counts until its process has ended, a moment after we hung up: our own last one may be in our way. */
async function connect(context: EngineContext, options: SessionOptions): Promise<Client> {
  for (let left = triesForRoom; ; left -= 1) {
    try {
      return await connectNow(context, options);
    } catch (error) {
      const full = sqlState(error instanceof Error ? error.cause : undefined) === '53300';
      if (!full || left === 0) throw error;
      await sleep(pauseForRoom, undefined, { signal: context.signal });
    }
  }
}

async function connectNow(context: EngineContext, options: SessionOptions): Promise<Client> {
  let last: unknown;
  for (const ssl of tlsChoices(context)) {
    try {
      return await connectOnce(context, options, ssl);
    } catch (error) {
      last = error;
      if (!mayBeOfEncryption(error)) break;
    }
  }
  context.signal.throwIfAborted();
  throw connectionFailure(context, options.database, last);
}

/**
 * Whether libpq would try the next kind of connection after this: the server has no encryption, or no room for this role with it (28000, as pg_hba.conf
 * says), or the two do not understand each other. What it says of it is in its own language.
 */
function mayBeOfEncryption(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return state === '28000';
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return code === undefined ? !isSilence(error) : /^(EPROTO$|ECONNRESET$|ERR_SSL_|ERR_TLS_)/.test(code);
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
        throw (await isLost(client, error)) ? connectionFailure(context, database, error) : withoutRows(error);
      }
    },
    end: async () => {
      signal.removeEventListener('abort', onAbort);
      await client.end().catch(() => {});
    },
  };
}

/** By which a server may say that it ends the connection: an administrator's word, a shutdown, a crash, a limit of idleness. */
const ending = /^(57P0[1-5]|25P0[34])$/;

/**
 * What has no SQL state is not the server's word: the connection is gone, or silent beyond every timeout. What has one may be a foreign server's, passed on:
 * then ours still answers.
 */
async function isLost(client: Client, error: unknown): Promise<boolean> {
  const state = sqlState(error);
  if (state === undefined || !ending.test(state)) return state === undefined;
  return client.query('SELECT').then(
    () => false,
    (answer) => isLost(client, answer),
  );
}

/** Settings of the server, the database or the role must not change what our statements mean or end them early. */
async function prepare(context: EngineContext, client: Client, session: Session): Promise<void> {
  const [row] = await session.query<{ started: string; pid: number }>(
    'SELECT pg_catalog.pg_postmaster_start_time()::text AS started, pg_catalog.pg_backend_pid() AS pid',
  );
  if (isPooled(client, row?.pid)) throw pooled(context);
  await session.query(neutralising());
  noteSight(context, { started: row?.started ?? '', choosesLanguage: await speakPlainly(session) });
}

/** Whether the server that answers gave another number than whoever let us in: a pooler does, which makes one up. */
function isPooled(client: Client, pid: number | undefined): boolean {
  const given: unknown = Reflect.get(client, 'processID');
  return typeof given === 'number' && given !== 0 && given !== pid;
}

/** In English, where the role may choose: for those who read the log. Nothing is decided by the words. */
async function speakPlainly(session: Session): Promise<boolean> {
  try {
    await session.query(`SET lc_messages = 'C'`);
    return true;
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    return false;
  }
}
