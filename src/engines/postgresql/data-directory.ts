import { readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { failure, type HoldfastError } from '../../model/errors';
import type { EngineContext } from '../engine';

/** The configured data directory, symbolic links followed, so that what is put beside it is on its file system. It need not exist. */
export async function dataDirectory(context: EngineContext): Promise<string> {
  const configured = context.unit['data-directory'];
  if (configured === undefined) throw unusable(context, '', 'none is configured');
  return followed(configured);
}

/** Like realpath, also for what does not exist: the data directory is renamed away while a restore needs to know where it was. */
async function followed(path: string): Promise<string> {
  if (path === dirname(path)) return path;
  const target = await readlink(path).catch(() => undefined);
  if (target !== undefined) return followed(resolve(dirname(path), target));
  return join(await followed(dirname(path)), basename(path));
}

export function unusable({ unit }: EngineContext, path: string, reason: string, cause?: unknown): HoldfastError {
  return failure('data-directory-unusable', { path, unit: unit.name, reason }, cause);
}

/** Whether there is anything at a path, of whatever kind. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Major version that a data directory was made by; undefined where it is none. */
export async function majorIn(directory: string): Promise<number | undefined> {
  const text = await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => '');
  return text === '' ? undefined : Number.parseInt(text, 10);
}
