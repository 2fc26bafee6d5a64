import { readdir, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { EngineContext } from '../engine';
import { readControlData } from './control-data';
import { dataDirectory, majorIn, unusable } from './data-directory';
import { isLeftOut } from './left-out';
import { mayLeadOut } from './server-files';

export interface Link {
  /** In the data directory. */
  readonly path: string;
  /** Absolute. */
  readonly target: string;
}

/** What is in a data directory and no plain copy of it shows. */
export interface DirectorySight {
  /** Of what somebody keeps elsewhere. */
  readonly links: readonly Link[];
  /** Folders that every server empties, and somebody keeps elsewhere. */
  readonly emptied: readonly string[];
  /** Of the data itself; that of tablespaces and of the log is known otherwise. */
  readonly dataLinks: readonly Link[];
  /** Oids of databases that have unlogged tables. */
  readonly unlogged: ReadonlySet<string>;
}

/** Looks at every name in the data directory, and at none that a link leads to. */
export async function seeDirectory(directory: string): Promise<DirectorySight> {
  const links: Link[] = [];
  const emptied: string[] = [];
  const dataLinks: Link[] = [];
  const unlogged = new Set<string>();
  const look = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (path === 'pg_wal' || path === 'pg_tblspc' || isLeftOut(path)) continue;
      const [, database] = /^base\/(\d+)\/\d+_init$/.exec(path) ?? [];
      if (database !== undefined) unlogged.add(database);
      if (entry.isDirectory()) await look(path);
      if (!entry.isSymbolicLink()) continue;
      const link = { path, target: resolve(directory, dirname(path), await readlink(join(directory, path))) };
      if (isLeftOut(`${path}/any`)) emptied.push(path);
      else (mayLeadOut(path) ? links : dataLinks).push(link);
    }
  };
  await look('');
  return { links, emptied, dataLinks, unlogged };
}

/** The same of a server's own directory, where this host has it; undefined where it has another, or none that can be read. */
export async function seeOwnDirectory(
  context: EngineContext,
  systemIdentifier: string,
): Promise<(DirectorySight & { readonly directory: string }) | undefined> {
  if (context.unit['data-directory'] === undefined) return undefined;
  const directory = await dataDirectory(context);
  try {
    const control = await readControlData(context, directory, (await majorIn(directory)) ?? 0);
    if (control.systemIdentifier !== systemIdentifier) return undefined;
    return { directory, ...(await seeDirectory(directory)) };
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    context.log.line('holdfast', `WARNING: what links in "${directory}" lead to is not known: ${reason}`);
    return undefined;
  }
}

/** Rejects with `data-directory-unusable` where some of the data is behind a link: no copy of the directory has it. */
export function requireWhole(context: EngineContext, directory: string, { dataLinks }: DirectorySight): void {
  const [first] = dataLinks;
  if (first === undefined) return;
  const reason = `"${first.path}" is a link to "${first.target}", which no copy has: move it into a tablespace, or back`;
  throw unusable(context, directory, reason);
}
