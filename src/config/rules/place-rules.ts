import path from 'node:path';
import { sizeBetween } from '../fields';
import type { Finding } from '../problem';
import type { Sketch } from '../sketch';
import { databases, type Rule } from './rule';

/** Folders of the agent's state that are not those of a database or lock. */
const takenNames = ['children'];

/** The embedded server's two ports are two. */
export const portsDiffer: Rule = ({ temporal: { address = '127.0.0.1:7233', 'ui-port': uiPort } }) =>
  address.endsWith(`:${uiPort}`)
    ? [{ path: ['temporal', 'ui-port'], message: `is that of temporal.address already: ${address}` }]
    : [];

/** A part is not larger than the largest object. */
export const partFitsObject: Rule = (sketch) =>
  Object.entries(sketch.storages).flatMap(([name, storage]): Finding[] => {
    const [part, object] = [bytesOf(storage['part-size']), bytesOf(storage['max-object'])];
    if (part === undefined || object === undefined || part <= object) return [];
    return [{ path: ['storages', name, 'part-size'], message: `is more than max-object: ${storage['max-object']}` }];
  });

/** What is swept out of a spool is only what jobs staged there: neither the agent's own books nor a storage lie in it. */
export const spoolsHoldNothingElse: Rule = (sketch) =>
  agentsOf(sketch).flatMap(({ name, state, spool }): Finding[] => {
    if (isInside(state, spool)) {
      return [{ path: ['agents', name, 'spool'], message: 'must not be the state folder, nor a folder above it' }];
    }
    return storagesOf(sketch).flatMap((storage) =>
      isInside(storage.folder, spool)
        ? [
            {
              path: ['storages', storage.name, 'path'],
              message: `lies in the spool of agent "${name}", which is swept`,
            },
          ]
        : [],
    );
  });

/** The agent's folder for a database's books, by its name or its lock's, is that of nothing else. */
export const booksHaveTheirFolders: Rule = (sketch) => {
  const agents = agentsOf(sketch);
  const places = new Map(
    agents.flatMap(({ name, state, spool }) => [
      [spool, `the spool of agent "${name}"`] as const,
      ...takenNames.map((taken) => [path.join(state, taken), `a folder of agent "${name}" itself`] as const),
      ...storagesOf(sketch).map((storage) => [storage.folder, `the storage "${storage.name}"`] as const),
    ]),
  );
  return databases(sketch).flatMap(({ name, database, path: where }): Finding[] => {
    const beside = agents.filter((agent) => database.units.some((unit) => unit.agent === agent.name));
    const names = [...new Set([name, database.lock ?? name])];
    return beside.flatMap(({ state, name: agent }) =>
      names.flatMap((each) => {
        const place = places.get(path.join(state, each));
        if (place === undefined) return [];
        const message = `agent "${agent}" keeps its books of "${each}" in "${path.join(state, each)}", which is ${place}: give that another place, or this another name`;
        return [{ path: where, message }];
      }),
    );
  });
};

function agentsOf(sketch: Sketch) {
  return Object.entries(sketch.agents).flatMap(([name, { state, spool }]) =>
    state === undefined
      ? []
      : [{ name, state: path.resolve(state), spool: path.resolve(spool ?? path.join(state, 'spool')) }],
  );
}

function storagesOf(sketch: Sketch) {
  return Object.entries(sketch.storages).flatMap(([name, storage]) =>
    storage.kind === 'directory' && storage.path !== undefined ? [{ name, folder: path.resolve(storage.path) }] : [],
  );
}

function isInside(folder: string, other: string): boolean {
  return folder === other || folder.startsWith(`${other}/`);
}

const AnySize = sizeBetween('0B', '1024TiB');

function bytesOf(size: string | undefined): number | undefined {
  return AnySize.safeParse(size).data;
}
