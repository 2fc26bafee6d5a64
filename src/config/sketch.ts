import { z } from 'zod';

const text = z.string().optional().catch(undefined);
const names = <T extends z.ZodType>(item: T) => z.record(z.string(), item).catch({});
const list = <T extends z.ZodType>(item: T) => z.array(item).catch([]);

function part<T extends z.ZodRawShape>(shape: T) {
  const whole = z.object(shape);
  return whole.catch(() => whole.parse({}) as z.output<typeof whole>);
}

const Service = part({ kind: text });
const Unit = part({
  name: text,
  agent: text,
  host: text,
  port: z.number().catch(5432),
  'data-directory': text,
  service: Service,
});
const Schedule = part({ name: text, cron: text, timezone: text, storage: text, method: text, mode: text });
const Backup = part({ method: text, mode: text, transfer: text, jobs: z.number().catch(1) });
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
const Storage = part({ kind: text, path: text, endpoint: text, attributes: list(text) });

/**
 * What the rules between keys look at, read from a file that may be wrong elsewhere: what cannot be read counts as absent. So a mistake in one
 * key does not hide the mistakes of the others.
 */
export const Sketch = part({ agents: names(Agent), storages: names(Storage), databases: names(Database) });
export type Sketch = z.infer<typeof Sketch>;
export type DatabaseSketch = z.infer<typeof Database>;
export type UnitSketch = z.infer<typeof Unit>;
