import { escapeLiteral } from 'pg';
import type { LeftOut } from '../../../model/left-out';
import { reasonOf, sqlState } from '../connection-failure';
import { neutralForTools } from '../neutral-settings';
import type { Session } from '../session';
import { type FailedStatement, isRows } from './failure-reader';
import { isFarView } from './far-views';
import { pathText, type SearchPath, setPath, withoutEventTriggers } from './search-paths';

export interface Settling {
  readonly session: Session;
  /** Of the server. */
  readonly major: number;
  /** As `name=value`. */
  readonly madeWith: readonly string[];
  readonly paths: readonly SearchPath[];
  /** Makes what cannot be made as it was in the next best way. */
  readonly goOn: boolean;
  readonly tell: (warning: string) => void;
}

/** Statements of ours that are answered in words rest on settings of ours; these are to be the database's own, as pg_restore has them. */
function asPgRestore({ major, madeWith }: Settling): string {
  const neutral = [...neutralForTools(major), ...madeWith].map((setting) => {
    const at = setting.indexOf('=');
    return `SET ${setting.slice(0, at)} TO ${escapeLiteral(setting.slice(at + 1))}`;
  });
  const own = ['check_function_bodies TO off', 'xmloption TO content', 'row_security TO off'];
  return ['RESET ALL', ...neutral, ...own.map((each) => `SET ${each}`)].join('; ');
}

interface Tried {
  readonly statement: string;
  /** What may be told of it. */
  readonly reason: string;
  readonly code?: string;
}

/** Tries again what failed, under each search path, as long as any of it succeeds: one thing may be what others need. Resolves to what is left out. */
export async function settle(settling: Settling, failed: readonly FailedStatement[]): Promise<LeftOut[]> {
  const { session } = settling;
  // rows have their own way
  const unknown = failed.filter((each) => each.statement === undefined && !isRows(each));
  let open = failed.flatMap(({ statement, reason, told }): Tried[] =>
    statement === undefined || isRows({ statement, reason }) ? [] : [{ statement, reason: told }],
  );
  await session.query(asPgRestore(settling));
  await withoutEventTriggers(session);
  for (let before = Number.POSITIVE_INFINITY; open.length < before; ) {
    before = open.length;
    const still: Tried[] = [];
    for (const each of open) {
      const next = await tryAgain(settling, each);
      if (next !== undefined) still.push(next);
    }
    open = still;
  }
  await setPath(session, []);
  const left: LeftOut[] = unknown.map((each) => ({ what: 'a part of the dump', reason: each.told }));
  for (const each of open) left.push(...(await settleFor(settling, each)));
  return left;
}

async function tryAgain({ session, paths, tell }: Settling, tried: Tried): Promise<Tried | undefined> {
  let last = tried;
  for (const path of [[], ...paths]) {
    try {
      await setPath(session, path);
      await session.query(tried.statement);
      if (path.length > 0) tell(`${titleOf(tried.statement)} needed the search path ${pathText(path)} to be made`);
      return undefined;
    } catch (error) {
      last = { ...tried, reason: reasonOf(error), code: sqlState(error) };
      if (!mayBePath(last.code)) return last;
    }
  }
  return last;
}

/** Syntax errors and undefined names, and an empty path itself: what another search path may change. Functions may tell theirs in their own words. */
function mayBePath(code: string | undefined): boolean {
  return code === undefined || !/^(23|53|08|57|HV)/.test(code);
}

/** What did not come back as it was: in the next best way, or not at all. */
async function settleFor({ session, goOn, tell }: Settling, tried: Tried): Promise<LeftOut[]> {
  const { statement, reason } = tried;
  const what = titleOf(statement);
  const view = /^REFRESH MATERIALIZED VIEW (.+);$/.exec(statement)?.[1];
  if (view !== undefined && (await isFarView(session, view))) {
    tell(
      `materialized view ${view} is not filled, since what it reads is elsewhere: ${reason}; fill it with: ${statement}`,
    );
    return [];
  }
  if (tried.code === '42501' && /^COMMENT ON EXTENSION /.test(statement)) {
    tell(`${what} is not restored: ${reason}`);
    return [];
  }
  const weaker = goOn ? notValid(tried) : undefined;
  const made = weaker !== undefined && (await succeeds(session, weaker.statement));
  if (made) return [{ what: `${what} (made NOT VALID)`, reason, statement, mend: weaker.mend }];
  return [{ what, reason, statement, mend: statement }];
}

/** Foreign keys and checks bind new rows also where old ones break them. */
function notValid({ statement, code }: Tried): { statement: string; mend: string } | undefined {
  const [, table, constraint, kind = ''] = adding.exec(statement) ?? [];
  if (!['FOREIGN', 'CHECK'].includes(kind) || code?.startsWith('23') !== true) return undefined;
  return {
    statement: statement.replace(/(?: NOT VALID)?;\s*$/, ' NOT VALID;'),
    mend: `ALTER TABLE ${table} VALIDATE CONSTRAINT ${constraint};`,
  };
}

async function succeeds(session: Session, statement: string): Promise<boolean> {
  return session.query(statement).then(
    () => true,
    () => false,
  );
}

const adding = /^ALTER TABLE (?:ONLY )?(.+?)\s+ADD CONSTRAINT ("(?:[^"]|"")+"|\S+) (\w+)/s;

/** The statement's first words, for people, or what it makes. */
function titleOf(statement: string): string {
  const [, table, constraint] = adding.exec(statement) ?? [];
  if (constraint !== undefined) return `constraint ${constraint} of table ${table}`;
  const words = statement.replaceAll(/\s+/g, ' ').replace(/;$/, '');
  return words.length > 120 ? `${words.slice(0, 119)}…` : words;
}
