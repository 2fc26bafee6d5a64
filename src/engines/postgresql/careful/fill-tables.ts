import type { LeftOut } from '../../../model/left-out';
import type { Session } from '../session';
import type { Archive } from './archive';
import { type FailedStatement, isRows } from './failure-reader';
import { emptyGenerated, putChecksBack, takeChecksOff } from './relaxing';
import type { SearchPath } from './search-paths';
import { type TableEntry, unfilled } from './tables';

/** Works in a session of the database that is loaded. */
export type Within = <T>(work: (session: Session) => Promise<T>) => Promise<T>;

export interface FillingTables {
  readonly within: Within;
  readonly database: string;
  readonly archive: Archive;
  readonly path: SearchPath;
  /** Takes rules off for rows that break them. */
  readonly goOn: boolean;
}

/** The rows of all tables. Resolves to what is left out, and to statements besides that failed. */
export async function fillTables(filling: FillingTables): Promise<{ left: LeftOut[]; failed: FailedStatement[] }> {
  const { within, database, archive, goOn } = filling;
  const first = await archive.load(database, ['--section=data', '--no-privileges', ...archive.jobs]);
  const failed = first.filter((each) => !isRows(each));
  if (!first.some(isRows)) return { left: [], failed };
  const lines = await archive.list(['--section=data']);
  const open = await within((session) => unfilled(session, lines));
  if (!goOn) return { left: tellRows(open, first), failed };
  return { left: await withoutRules(filling, open, first), failed };
}

/** Without checks first; what does not come in then, one table at a time and without its generated columns too. */
async function withoutRules(
  { within, database, archive, path }: FillingTables,
  open: readonly TableEntry[],
  before: readonly FailedStatement[],
): Promise<LeftOut[]> {
  const load = async (entries: readonly TableEntry[]) =>
    (await archive.load(database, [await archive.choose(entries.map(({ line }) => line))])).find(isRows);
  const refused = open.filter((entry) => before.some((each) => isOf(each, entry)));
  const there = refused.filter(({ table }) => table !== undefined);
  const rules = await within((session) => takeChecksOff(session, tablesOf(there)));
  const unknown = before.filter((each) => isRows(each) && !open.some((entry) => isOf(each, entry)));
  const left: LeftOut[] = tellRows([], unknown); // of tables that are not there
  const still =
    (await load(refused)) === undefined ? [] : await within((session) => unfilled(session, linesOf(refused)));
  for (const entry of still) {
    const failed = await load([entry]);
    if (failed === undefined) continue;
    const emptied = await within((session) => emptyGenerated(session, tablesOf([entry]), failed.told));
    const again = emptied.length === 0 ? failed : await load([entry]);
    left.push(...emptied, ...(again === undefined ? [] : tellRows([entry], [again])));
  }
  left.push(...(await within((session) => putChecksBack(session, rules, path))));
  return left;
}

function tablesOf(entries: readonly TableEntry[]): string[] {
  return entries.flatMap(({ table }) => table ?? []);
}

function linesOf(entries: readonly TableEntry[]): string[] {
  return entries.map(({ line }) => line);
}

/** pg_restore names the table alone where rows are refused. */
function isOf(
  { reason, statement }: Pick<FailedStatement, 'reason' | 'statement'>,
  { title, table }: TableEntry,
): boolean {
  const named = /^COPY failed for table "(.+?)":/.exec(reason)?.[1];
  if (named !== undefined) return title.endsWith(`.${named}`);
  const copied = copiedTo({ statement });
  return copied !== undefined && (copied === table || copied === title);
}

function copiedTo({ statement }: Pick<FailedStatement, 'statement'>): string | undefined {
  return /^COPY (.+?) \(/.exec(statement ?? '')?.[1];
}

function tellRows(open: readonly TableEntry[], failed: readonly FailedStatement[]): LeftOut[] {
  return failed.filter(isRows).map((each) => {
    const entry = open.find((one) => isOf(each, one));
    const table = entry?.table ?? entry?.title ?? copiedTo(each) ?? each.told.slice(0, 80);
    const mend = `-- when the table can take them: pg_restore --data-only --strict-names --table=… of the dump, for ${table}`;
    return { what: `rows of table ${table}`, reason: each.told, mend };
  });
}
