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
  const instances = new Map<string, Seen>();
  return databases(sketch).flatMap((named, order): Finding[] => {
    const keys = named.database.units.map(instanceOf);
    const risky = isRisky(named);
    const others = keys.flatMap((key) => {
      const seen = instances.get(key);
      const other = risky ? seen?.first : seen?.firstRisky;
      return other === undefined ? [] : [other];
    });
    for (const key of keys) {
      const seen = instances.get(key) ?? { first: { named, order }, firstRisky: undefined };
      instances.set(key, risky && !seen.firstRisky ? { ...seen, firstRisky: { named, order } } : seen);
    }
    const [other] = others.sort((one, another) => one.order - another.order);
    if (other === undefined || lockOf(other.named) === lockOf(named)) return [];
    const message = `must equal that of database "${other.named.name}", which is in the same instance: lock: ${lockOf(other.named)}`;
    return [{ path: [...named.path, 'lock'], message }];
  });
};

/** The databases that came first in an instance: tens of thousands of them are compared with these alone. */
interface Seen {
  readonly first: Placed;
  readonly firstRisky: Placed | undefined;
}

interface Placed {
  readonly named: Named;
  readonly order: number;
}

/** Neither artefacts nor an agent's own folders lie inside a data directory: a restore would replace them. */
export const dataDirectoriesHoldNothingOfOurs: Rule = (sketch) => {
  const homes = new Map<string, string>();
  for (const { name, database } of databases(sketch)) {
    for (const { 'data-directory': directory } of database.units) {
      const home = directory === undefined ? '/' : path.resolve(directory);
      if (home !== '/' && !homes.has(home)) homes.set(home, name);
    }
  }
  return ourFolders(sketch).flatMap(({ path: where, folder }) => {
    const home = withParents(path.resolve(folder)).find((each) => homes.has(each));
    if (home === undefined) return [];
    return [{ path: where, message: `lies inside the data directory of database "${homes.get(home)}"` }];
  });
};

function withParents(folder: string): readonly string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}

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

function instanceOf({ agent, host = '127.0.0.1', port }: UnitSketch): string {
  return JSON.stringify([agent, host, port]);
}

function isRisky({ database }: Named): boolean {
  const offered = engineMethods[database.engine ?? 'postgresql'] ?? {};
  const methods = [database.backup.method ?? 'logical', ...database.schedules.map(({ method }) => method ?? '')];
  return methods.some((method) => Object.hasOwn(offered, method) && offered[method]?.dataDirectory);
}

function lockOf({ name, database }: Named): string {
  return database.lock ?? name;
}
