/** Reads one value of a file that may be wrong: never throws. */
type Reader<T> = (value: unknown) => T;

// By hand: a failure of a schema for every default of many thousand databases takes longer than all else.
const text: Reader<string | undefined> = (value) => (typeof value === 'string' ? value : undefined);
const numberOr =
  (fallback: number): Reader<number> =>
  (value) =>
    typeof value === 'number' ? value : fallback;
const list =
  <T>(item: Reader<T>): Reader<readonly T[]> =>
  (value) =>
    Array.isArray(value) ? value.map(item) : [];
const names =
  <T>(item: Reader<T>): Reader<Readonly<Record<string, T>>> =>
  (value) =>
    Object.fromEntries(Object.entries(isMapping(value) ? value : {}).map(([name, each]) => [name, item(each)]));

function part<Shape extends Readonly<Record<string, Reader<unknown>>>>(shape: Shape) {
  type Part = { readonly [Key in keyof Shape]: ReturnType<Shape[Key]> };
  const readers = Object.entries(shape);
  return (value: unknown): Part => {
    const from = isMapping(value) ? value : {};
    return Object.fromEntries(readers.map(([key, read]) => [key, read(from[key])])) as Part;
  };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const Service = part({ kind: text });
const Unit = part({
  name: text,
  agent: text,
  host: text,
  port: numberOr(5432),
  'data-directory': text,
  service: Service,
});
const Schedule = part({
  name: text,
  cron: text,
  timezone: text,
  jitter: text,
  storage: text,
  method: text,
  mode: text,
});
const Backup = part({ method: text, mode: text, transfer: text, jobs: numberOr(1) });
const Database = part({
  engine: text,
  storage: text,
  sslmode: text,
  lock: text,
  units: list(Unit),
  backup: Backup,
  schedules: list(Schedule),
});
const Agent = part({ state: text, spool: text });
const Storage = part({
  ...{ kind: text, path: text, endpoint: text, attributes: list(text) },
  ...{ 'part-size': text, 'max-object': text },
});
const Temporal = part({ address: text, 'ui-port': numberOr(8233) });

/**
 * What the rules between keys look at, read from a file that may be wrong elsewhere: what cannot be read counts as absent. So a mistake in one
 * key does not hide the mistakes of the others.
 */
export const readSketch = part({
  temporal: Temporal,
  agents: names(Agent),
  storages: names(Storage),
  databases: names(Database),
});
export type Sketch = ReturnType<typeof readSketch>;
export type DatabaseSketch = ReturnType<typeof Database>;
export type UnitSketch = ReturnType<typeof Unit>;
