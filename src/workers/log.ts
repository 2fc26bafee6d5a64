import { DefaultLogger, type LogEntry, type Logger } from '@temporalio/worker';
import type { AgentReport } from '../agent/agent-report';

export type LogFormat = 'human' | 'json';

/** Of use to nobody who reads a log. */
const unsaid = new Set(['taskToken', 'sdkComponent', 'isLocal']);
/** What a worker of the SDK says of itself in the course of things; ours say when they are ready and when they go. */
const chatter = /^(No (workflows|Nexus services|activities) registered|Worker state changed|Workflow bundle created)/;
/** What the SDK says again and again, for every poller, while Temporal is away. */
const outage = /^gRPC call .* retried|^Error when recording heartbeat|^Error while polling/;
const outageEvery = 60_000;

/** One line per entry on stderr; no task tokens, and an outage of Temporal is told once a minute. */
export function createLog(format: LogFormat, write: (line: string) => void = writeLine): Logger {
  let toldAt = Number.NEGATIVE_INFINITY;
  return new DefaultLogger('INFO', (entry) => {
    if (chatter.test(entry.message)) return;
    if (!outage.test(entry.message)) return write(lineOf(format, entry));
    if (Date.now() - toldAt < outageEvery) return;
    toldAt = Date.now();
    const message = 'Temporal does not answer; trying again, and the work goes on';
    write(lineOf(format, { ...entry, level: 'WARN', message, meta: { reason: entry.message } }));
  });
}

/** The agent's own voice in a worker's log. */
export function reportTo(log: Logger): AgentReport {
  return {
    info: (text, details) => log.info(text, details),
    warn: (text, details) => log.warn(text, details),
    error: (text, details) => log.error(text, details),
  };
}

function lineOf(format: LogFormat, { level, timestampNanos, message, meta = {} }: LogEntry): string {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  const said = Object.entries(meta)
    .filter(([key]) => !unsaid.has(key))
    .map(([key, value]) => [key, plain(value)] as const);
  if (format === 'json')
    return JSON.stringify({ time, level: level.toLowerCase(), message, ...Object.fromEntries(said) });
  const details = said.map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${time} ${level.padEnd(5)} ${message}${details.join('')}`;
}

function plain(value: unknown): unknown {
  if (value instanceof Error) return value.stack ?? value.message;
  return typeof value === 'bigint' ? String(value) : value;
}

function writeLine(line: string): void {
  process.stderr.write(`${line}\n`);
}
