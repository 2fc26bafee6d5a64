import { startPipeline } from '../../pipeline/start-pipeline';
import type { EngineContext } from '../engine';
import type { Loading } from './pg-restore';
import { connectionArguments, connectionEnvironment } from './tool-connection';
import { findTool } from './tools';

/** How many entries of each kind an archive of pg_dump has, by its own table of contents. */
export type Contents = Readonly<Record<string, number>>;

/** Each makes one thing, in whatever order and version; of all others there may be more or fewer with no thing missing. */
const things = new Set([
  'AGGREGATE',
  'CAST',
  'COLLATION',
  'CONSTRAINT',
  'DOMAIN',
  'EVENT TRIGGER',
  'EXTENSION',
  'FK CONSTRAINT',
  'FOREIGN DATA WRAPPER',
  'FOREIGN TABLE',
  'FUNCTION',
  'INDEX',
  'MATERIALIZED VIEW',
  'OPERATOR',
  'POLICY',
  'PROCEDURE',
  'PUBLICATION',
  'SCHEMA',
  'SEQUENCE',
  'SERVER',
  'STATISTICS',
  'TABLE',
  'TRIGGER',
  'TYPE',
  'USER MAPPING',
  'VIEW',
]);

/** What pg_restore says of an entry, asked to be verbose. */
export const isEntry = (line: string) => /^pg_restore: (creating|processing|executing)/.test(line);

/** Counts what pg_restore makes, as it says so. */
export class ContentsCounter {
  private readonly counted = new Map<string, number>();

  readonly line = (line: string): void => {
    const [, kind, name] = /^pg_restore: creating ([A-Z][A-Z ]*) "(.*)"/.exec(line) ?? [];
    if (kind === undefined || (kind === 'SCHEMA' && name === 'public')) return; // every new database has that one
    this.counted.set(kind, (this.counted.get(kind) ?? 0) + 1);
  };

  get contents(): Contents {
    return Object.fromEntries([...this.counted].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Options of a command that reads an archive, to have its entries counted and kept out of the log. */
export function counting(counter: ContentsCounter) {
  return { onStderrLine: counter.line, unlogged: isEntry };
}

/** What a dump of the restored database would hold, by the same rules. */
export async function contentsNow(loading: Loading, database: string): Promise<Contents> {
  const { context, server } = loading;
  const dump = await findTool(context, 'pg_dump', { kind: 'copies', server });
  const restore = await findTool(context, 'pg_restore', { kind: 'reads', dump: dump.major });
  const counter = new ContentsCounter();
  const dumping = {
    program: dump.program,
    args: ['--schema-only', '--format=custom', '--compress=0', ...connectionArguments(context, database)],
    env: connectionEnvironment(context, server),
  };
  const reading = { program: restore.program, args: ['--verbose', '--file=/dev/null'], ...counting(counter) };
  await run(context, [dumping, reading]);
  return counter.contents;
}

async function run({ signal, log }: EngineContext, commands: Parameters<typeof startPipeline>[0]): Promise<void> {
  await startPipeline(commands, { signal, log, stdin: 'none', stdout: 'none' }).done;
}

/** Things of the first that the second has not, one line for each kind. */
export function lacking(wanted: Contents, found: Contents): string[] {
  return Object.entries(wanted)
    .filter(([kind, count]) => things.has(kind) && (found[kind] ?? 0) < count)
    .map(([kind, count]) => `the dump holds ${count} of kind ${kind}, of which ${found[kind] ?? 0} are there`);
}
