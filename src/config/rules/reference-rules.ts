import { nearest } from '../nearest';
import type { Finding } from '../problem';
import { listed, ofEachDatabase } from './rule';

/** The storage of a database, and that of each of its schedules, is configured. */
export const storageExists = ofEachDatabase(({ database, path }, sketch) => {
  const known = Object.keys(sketch.storages);
  return [
    ...reference([...path, 'storage'], 'storage', database.storage, known),
    ...database.schedules.flatMap(({ storage }, index) =>
      reference([...path, 'schedules', index, 'storage'], 'storage', storage, known),
    ),
  ];
});

/** The agent of each unit is configured. */
export const agentExists = ofEachDatabase(({ database, path }, sketch) =>
  database.units.flatMap(({ agent }, index) =>
    reference([...path, 'units', index, 'agent'], 'agent', agent, Object.keys(sketch.agents)),
  ),
);

/** No two units of a database share a name. */
export const unitNamesDiffer = ofEachDatabase(({ database, path }) =>
  repeated(
    [...path, 'units'],
    'unit',
    database.units.map((unit) => unit.name),
  ),
);

/** No two schedules of a database share a name: each is one Temporal schedule. */
export const scheduleNamesDiffer = ofEachDatabase(({ database, path }) =>
  repeated(
    [...path, 'schedules'],
    'schedule',
    database.schedules.map((schedule) => schedule.name),
  ),
);

function reference(
  path: readonly PropertyKey[],
  what: string,
  name: string | undefined,
  known: readonly string[],
): Finding[] {
  if (name === undefined || known.includes(name)) return [];
  const meant = nearest(name, known);
  const advice =
    meant === undefined ? `configured are ${listed(known, `no ${what}s at all`)}` : `did you mean "${meant}"?`;
  return [{ path, message: `no ${what} is named "${name}": ${advice}` }];
}

function repeated(path: readonly PropertyKey[], what: string, names: readonly (string | undefined)[]): Finding[] {
  return names.flatMap((name, index) =>
    name !== undefined && names.indexOf(name) < index
      ? [{ path: [...path, index, 'name'], message: `another ${what} of this database is named "${name}" too` }]
      : [],
  );
}
