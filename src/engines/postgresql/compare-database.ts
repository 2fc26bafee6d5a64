import type { TableFact } from '../../model/manifest';
import { countTable } from './count-rows';
import type { PostgresqlFacts, SequenceFact } from './facts';
import { readSequences } from './read-sequences';
import { readStructure } from './read-structure';
import type { Session } from './session';

/** How many lines one kind of difference gets. */
const told = 10;

/** Differences between the database of this session and the facts of a backup, one line each. Counts every table that the backup counted. */
export async function compareWithFacts(session: Session, facts: PostgresqlFacts): Promise<string[]> {
  return [...(await compareStructure(session, facts)), ...(await compareRows(session, facts.tables ?? []))];
}

/** The same without looking at rows: takes no longer where there are many. */
export async function compareStructure(session: Session, facts: PostgresqlFacts): Promise<string[]> {
  const { objects, extensions } = await readStructure(session);
  const missing = (facts.extensions ?? []).filter((name) => !extensions.includes(name));
  return [
    ...compareObjects(facts.objects ?? {}, objects),
    ...missing.map((name) => `extension "${name}" is missing`),
    ...(await compareSequences(session, facts.sequences ?? [])),
  ];
}

function compareObjects(wanted: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): string[] {
  const lacking = Object.entries(wanted).filter(([kind, count]) => (found[kind] ?? 0) < count);
  return lacking.map(([kind, count]) => `objects of kind "${kind}": ${found[kind] ?? 0} of ${count}`);
}

async function compareSequences(session: Session, wanted: readonly SequenceFact[]): Promise<string[]> {
  const found = new Map((await readSequences(session)).map(({ name, value }) => [name, value]));
  const differences = wanted.flatMap((fact) => {
    const value = found.get(fact.name);
    if (value === undefined) return [`sequence ${fact.name} is missing`];
    return isBetween(value, fact) ? [] : [`sequence ${fact.name} stands at ${value}, not at ${fact.to}`];
  });
  return bounded(differences);
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
  const missing = new Set(names);
  const differences: string[] = [...missing].map((name) => `table ${name} is missing`);
  for (const { name, rows } of tables.filter((table) => table.exact && !missing.has(table.name))) {
    const found = await countTable(session, name);
    if (found !== rows) differences.push(`table ${name} has ${found} rows, not ${rows}`);
  }
  return bounded(differences);
}

function bounded(differences: readonly string[]): string[] {
  const more = differences.length - told;
  return more > 0 ? [...differences.slice(0, told), `and ${more} more of this kind`] : [...differences];
}
