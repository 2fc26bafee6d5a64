import path from 'node:path';
import { engineMethods } from '../engine-methods';
import type { Finding } from '../problem';
import type { Sketch, UnitSketch } from '../sketch';
import { databases, type Named, type Rule } from './rule';

/**
 * Databases of one instance share a lock as soon as one of them is copied or stopped as a whole: its restore would take the others' data
 * with it, its backup would stop them.
 */
export const sharedInstanceSharesLock: Rule = (sketch) => {
  const seen: { named: Named; unit: UnitSketch }[] = [];
  const findings: Finding[] = [];
  for (const named of databases(sketch)) {
    const other = seen.find(({ named: one, unit }) => isRisky(one, named) && sharesInstance(unit, named));
    if (other && lockOf(other.named) !== lockOf(named)) {
      const message = `must equal that of database "${other.named.name}", which is in the same instance: lock: ${lockOf(other.named)}`;
      findings.push({ path: [...named.path, 'lock'], message });
    }
    seen.push(...named.database.units.map((unit) => ({ named, unit })));
  }
  return findings;
};

/** Neither artefacts nor an agent's own folders lie inside a data directory: a restore would replace them. */
export const dataDirectoriesHoldNothingOfOurs: Rule = (sketch) => {
  const homes = databases(sketch).flatMap(({ name, database }) =>
    database.units.flatMap((unit) => (unit['data-directory'] ? [{ name, directory: unit['data-directory'] }] : [])),
  );
  return ourFolders(sketch).flatMap(({ path: where, folder }) => {
    const home = homes.find(({ directory }) => isInside(folder, directory));
    return home ? [{ path: where, message: `lies inside the data directory of database "${home.name}"` }] : [];
  });
};

function ourFolders(sketch: Sketch): { path: readonly PropertyKey[]; folder: string }[] {
  const all = [
    ...Object.entries(sketch.agents).flatMap(([name, { state, spool }]) => [
      { path: ['agents', name, 'state'], folder: state },
      { path: ['agents', name, 'spool'], folder: spool },
    ]),
    ...Object.entries(sketch.storages).map(([name, storage]) => ({
      path: ['storages', name, 'path'],
      folder: storage.kind === 'directory' ? storage.path : undefined,
    })),
  ];
  return all.flatMap(({ path: where, folder }) => (folder === undefined ? [] : [{ path: where, folder }]));
}

function isInside(folder: string, directory: string): boolean {
  const relative = path.relative(directory, folder);
  return relative === '' || !(relative === '..' || relative.startsWith(`..${path.sep}`));
}

function sharesInstance(unit: UnitSketch, { database }: Named): boolean {
  return database.units.some(
    (own) =>
      own.agent === unit.agent && (own.host ?? '127.0.0.1') === (unit.host ?? '127.0.0.1') && own.port === unit.port,
  );
}

function isRisky(...pair: readonly Named[]): boolean {
  return pair.some(({ database }) => {
    const offered = engineMethods[database.engine ?? 'postgresql'] ?? {};
    const methods = [database.backup.method ?? 'logical', ...database.schedules.map(({ method }) => method ?? '')];
    return methods.some((method) => Object.hasOwn(offered, method) && offered[method]?.dataDirectory);
  });
}

function lockOf({ name, database }: Named): string {
  return database.lock ?? name;
}
