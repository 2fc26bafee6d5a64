import { HoldfastError } from '../../model/errors';
import type { Command } from '../../pipeline/pipeline';
import { wordsOf } from '../../pipeline/words-of';
import type { EngineContext } from '../engine';
import { noteLost, plainWords, startedAt, wasLost } from './server-sight';
import { withSession } from './session';

/**
 * What libpq and PostgreSQL's tools say of a lost connection. A tool has nothing but words for it, and these are its own, which it says in the language that
 * we start it in. Nothing here is said by a server, whose language is its administrator's.
 */
const signs = [
  'server closed the connection unexpectedly',
  'no connection to the server',
  'connection not open',
  'could not receive data from server',
  'could not send data to server',
  'could not receive data from WAL stream',
  'unexpected termination of replication stream',
  'lost synchronization with server',
  'SSL SYSCALL error',
  'SSL connection has been closed unexpectedly',
  'Connection refused',
  'Connection reset by peer',
];

/** What a server says whose language we have chosen. It may be all that a tool passes on: pg_basebackup does when somebody ends its connection. */
const inEnglish = ['terminating connection due to', 'terminating walsender', 'terminating background worker'];

/** What they say of a server that did not let them in, for whatever reason. */
const notLetIn = [
  /\bconnection to server .*failed: /,
  /\bcould not connect to (server|database)\b/,
  /\breconnection failed: /,
  /\bconnection to database .* failed: /,
];

/** pg_dump's leader has the lock, and a worker does not get it: somebody has queued up between them, and is through when pg_dump has given up. */
const outrun = 'could not obtain lock on relation';

/** These say it by themselves. */
const passing: readonly string[] = ['database-unready', 'database-unreachable'];

/**
 * Whether work failed because its connection to the server was lost, or was not to be had for now: then it is worth another try. What the failure does not
 * tell the server is asked: one that was started anew meanwhile, or lets nobody in at the moment, has interrupted whatever ran.
 */
export async function isInterrupted(context: EngineContext, error: HoldfastError): Promise<boolean> {
  if (causes(error).some((cause) => cause instanceof HoldfastError && passing.includes(cause.code))) return true;
  const reason = wordsOf(error);
  if (wasLost(context) || tellsOfLostConnection(reason) || reason.includes(outrun)) return true;
  if (plainWords(context).length > 0 && inEnglish.some((sign) => reason.includes(sign))) return true;
  const keptOut = ownWords(reason).some((text) => notLetIn.some((sign) => sign.test(text)));
  return keptOut ? letsIn(context) : wasAway(context);
}

/** Whether a tool's own words tell of a server that went away. */
export function tellsOfLostConnection(reason: string): boolean {
  return ownWords(reason).some((text) => signs.some((sign) => text.includes(sign)));
}

/** Without what a server said, which a tool passes on after two spaces: a foreign server's lost connection is not ours. */
function ownWords(reason: string): string[] {
  return reason.split('; ').map((text) => text.split(/: {2}/, 1)[0] ?? '');
}

/** The tool, with an ear for what it says of its connection: a failure's reason has its telling lines only. */
export function listeningTo(context: EngineContext, command: Command): Command {
  const onStderrLine = (line: string) => {
    if (tellsOfLostConnection(line)) noteLost(context);
    command.onStderrLine?.(line);
  };
  return { ...command, onStderrLine };
}

/** False where it refuses us for good, as it did the tool; where it lets us in, or nobody at all, the tool met a passing state. */
async function letsIn(context: EngineContext): Promise<boolean> {
  const refusal = await ask(context);
  return !(refusal instanceof HoldfastError) || passing.includes(refusal.code);
}

/** Whether the server was started anew since the job's first session, or lets nobody in at the moment. */
export async function wasAway(context: EngineContext): Promise<boolean> {
  const before = startedAt(context);
  if (before === undefined) return false;
  const answer = await ask(context);
  if (answer instanceof HoldfastError) return passing.includes(answer.code);
  return answer !== before;
}

/** When the server was started, or why it does not say. */
async function ask(context: EngineContext): Promise<unknown> {
  try {
    return await withSession(context, { database: context.config['maintenance-database'] }, async (session) => {
      const [row] = await session.query<{ started: string }>('SELECT pg_postmaster_start_time()::text AS started');
      return row?.started;
    });
  } catch (error) {
    context.signal.throwIfAborted();
    return error;
  }
}

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}
