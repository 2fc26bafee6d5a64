import type { TableFact } from '../../model/manifest';
import { type Contents, lacking } from './archive-contents';
import { countTable } from './count-rows';
import type { PostgresqlFacts, SequenceFact } from './facts';
import { readSequences } from './read-sequences';
import { own, readStructure } from './read-structure';
import type { Session } from './session';

/** How many lines one kind of difference gets. */
const told = 10;

/** One line for people, and whether something of the backup is missing: if not, the catalogue had what no dump holds. */
export interface Difference {
  readonly text: string;
  readonly missing: boolean;
}

const missing = (text: string): Difference => ({ text, missing: true });

/**
 * Differences between the database of this session and the facts of a backup. Counts every table that the backup counted. `now`: what a dump of the database
 * would hold; where it has all that the backup's dump has, what else the catalogue counted was never in the backup.
 */
export async function compareWithFacts(
  session: Session,
  facts: PostgresqlFacts,
  now?: Contents,
): Promise<Difference[]> {
  return [
    ...(await compareStructure(session, facts, now)),
    ...(await compareRows(session, facts.tables ?? [])).map(missing),
  ];
}

/** The same without looking at rows: takes no longer where there are many. */
export async function compareStructure(
  session: Session,
  facts: PostgresqlFacts,
  now?: Contents,
): Promise<Difference[]> {
  const { objects, extensions } = await readStructure(session);
  const lost = (facts.extensions ?? []).filter((name) => !extensions.includes(name));
  const lackingNow = now === undefined || facts.contents === undefined ? [] : lacking(facts.contents, now);
  const explained = now !== undefined && facts.contents !== undefined && lackingNow.length === 0;
  const { gone, elsewhere } = await compareSequences(session, facts.sequences ?? []);
  return [
    ...lackingNow.map(missing),
    ...[...compareObjects(facts.objects ?? {}, objects), ...gone].map((text) => ({ text, missing: !explained })),
    ...[...lost.map((name) => `extension "${name}" is missing`), ...elsewhere].map(missing),
  ];
}

function compareObjects(wanted: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): string[] {
  const fewer = Object.entries(wanted).filter(([kind, count]) => (found[kind] ?? 0) < count);
  return fewer.map(([kind, count]) => `objects of kind "${kind}": ${found[kind] ?? 0} of ${count}`);
}

/** Those of extensions are made by these, and stand where they are made. */
async function compareSequences(session: Session, wanted: readonly SequenceFact[]) {
  const found = new Map((await readSequences(session)).map(({ name, value }) => [name, value]));
  const names = await plainNames(session, wanted);
  const gone: string[] = [];
  const elsewhere: string[] = [];
  for (const fact of wanted) {
    const name = names.get(fact.name);
    if (name === undefined) continue;
    const value = found.get(name);
    if (value === undefined) gone.push(`sequence ${fact.name} is missing`);
    else if (!isBetween(value, fact)) elsewhere.push(`sequence ${fact.name} stands at ${value}, not at ${fact.to}`);
  }
  return { gone: bounded(gone), elsewhere: bounded(elsewhere) };
}

/** How this session quotes the names, by how they were quoted in the backup; without those that are an extension's here. */
async function plainNames(session: Session, wanted: readonly SequenceFact[]): Promise<Map<string, string>> {
  const rows = await session.query<{ name: string; plain: string }>(
    `SELECT name, array_to_string(ARRAY(SELECT quote_ident(part) FROM unnest(parse_ident(name)) part), '.') AS plain
     FROM unnest($1::text[]) name WHERE to_regclass(name) IS NULL OR ${own('to_regclass(name)', 'pg_class')}`,
    [wanted.map(({ name }) => name)],
  );
  return new Map(rows.map(({ name, plain }) => [name, plain]));
}

/** A sequence without a value has not begun; one that fell during the dump runs downwards, cycles or was set: then only its ends are known. */
function isBetween(value: string | null, { from, to }: SequenceFact): boolean {
  if (value === from || value === to) return true;
  if (value === null || to === null) return false;
  if (from === null) return true;
  const [low, high] = BigInt(from) <= BigInt(to) ? [from, to] : [to, from];
  return BigInt(low) <= BigInt(value) && BigInt(value) <= BigInt(high);
}

async function compareRows(session: Session, tables: readonly TableFact[]): Promise<string[]> {
  const [{ names } = { names: [] }] = await session.query<{ names: string[] }>(
    `SELECT coalesce(array_agg(t.name), '{}') AS names FROM unnest($1::text[]) t (name) WHERE to_regclass(t.name) IS NULL`,
    [tables.map(({ name }) => name)],
  );
  const gone = new Set(names);
  const differences: string[] = [...gone].map((name) => `table ${name} is missing`);
  for (const { name, rows } of tables.filter((table) => table.exact && !gone.has(table.name))) {
    const found = await countTable(session, name);
    if (found !== rows) differences.push(`table ${name} has ${found} rows, not ${rows}`);
  }
  return bounded(differences);
}

function bounded(differences: readonly string[]): string[] {
  const more = differences.length - told;
  return more > 0 ? [...differences.slice(0, told), `and ${more} more of this kind`] : [...differences];
}
