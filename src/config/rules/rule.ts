import type { Finding } from '../problem';
import type { DatabaseSketch, Sketch } from '../sketch';

/** One thing that must hold between keys; named after what must be so. */
export type Rule = (sketch: Sketch) => readonly Finding[];

export interface Named {
  readonly name: string;
  readonly database: DatabaseSketch;
  readonly path: readonly PropertyKey[];
}

/** The databases with their paths. */
export function databases(sketch: Sketch): readonly Named[] {
  const known = named.get(sketch);
  if (known !== undefined) return known;
  const found = Object.entries(sketch.databases).map(([name, database]) => ({
    ...{ name, database },
    path: ['databases', name],
  }));
  named.set(sketch, found);
  return found;
}

/** Every rule asks for them. */
const named = new WeakMap<Sketch, readonly Named[]>();

/** Makes a rule out of one that looks at a single database. */
export const ofEachDatabase =
  (rule: (named: Named, sketch: Sketch) => readonly Finding[]): Rule =>
  (sketch) =>
    databases(sketch).flatMap((named) => rule(named, sketch));

/** `"main", "near"`, or the words for an empty list. */
export function listed(known: readonly string[], none: string): string {
  return known.length === 0 ? none : known.map((name) => `"${name}"`).join(', ');
}
