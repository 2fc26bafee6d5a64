import { functionsInUse } from '../careful/search-paths';
import type { Session } from '../session';

/** How many words of one body are looked up. */
const mostWords = 500;

interface Candidate {
  readonly name: string;
  readonly body: string;
  readonly users: string;
}

/**
 * Functions that indexes, generated columns, constraints and views call, that have no search path of their own, and whose text names something of this
 * database without its schema: they work under the path that they were made with, and a restore has to find that.
 */
export async function doubtfulFunctions(session: Session): Promise<string[]> {
  const candidates = await session.query<Candidate>(
    `SELECT p.oid::regprocedure::text AS name, p.prosrc AS body, string_agg(DISTINCT u.used_by, ', ') AS users
     FROM (${functionsInUse}) u JOIN pg_proc p ON p.oid = u.oid JOIN pg_namespace n ON n.oid = p.pronamespace
     JOIN pg_language l ON l.oid = p.prolang
     WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND l.lanname NOT IN ('c', 'internal')
       AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%')
       AND coalesce(to_jsonb(p) ->> 'prosqlbody', '') = ''
     GROUP BY 1, 2 ORDER BY 1 LIMIT 500`,
  );
  const doubts: string[] = [];
  for (const { name, body, users } of candidates) {
    const named = await namedWithoutSchema(session, wordsOf(body));
    if (named === undefined) continue;
    const remedy = `ALTER FUNCTION ${name} SET search_path = …`;
    doubts.push(
      `function ${name}, which ${users} needs, names ${named} without a schema: give it a path with ${remedy}`,
    );
  }
  return doubts;
}

/** Words that stand before a bracket or as a type, outside of quotes and comments, and not behind a dot. */
function wordsOf(body: string): string[] {
  const bare = body.replaceAll(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  const words = [...bare.matchAll(/(?<![\w.$"])([a-z_][\w$]*)(?=\s*\(|\b)/gi)].map(([, word = '']) =>
    word.toLowerCase(),
  );
  return [...new Set(words)].slice(0, mostWords);
}

/** Functions, types and relations that only a search path leads to. */
async function namedWithoutSchema(session: Session, words: readonly string[]): Promise<string | undefined> {
  const [row] = await session.query<{ word: string }>(
    `WITH own (oid) AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
     SELECT w.word FROM unnest($1::text[]) WITH ORDINALITY w (word, at) WHERE
       NOT EXISTS (SELECT FROM pg_proc WHERE proname = w.word AND pronamespace = 'pg_catalog'::regnamespace)
       AND NOT EXISTS (SELECT FROM pg_type WHERE typname = w.word AND typnamespace = 'pg_catalog'::regnamespace)
       AND (EXISTS (SELECT FROM pg_proc WHERE proname = w.word AND pronamespace IN (SELECT oid FROM own))
         OR EXISTS (SELECT FROM pg_type WHERE typname = w.word AND typnamespace IN (SELECT oid FROM own)))
     ORDER BY w.at LIMIT 1`,
    [words],
  );
  return row && `"${row.word}"`;
}
