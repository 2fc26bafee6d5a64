import { statSync } from 'node:fs';
import path from 'node:path';
import { failure } from '../model/errors';
import { ConfigProblems } from './problem';

export const configName = 'holdfast.yaml';
const systemConfig = '/etc/holdfast/holdfast.yaml';

/** Where to look from. */
export interface Whereabouts {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly system: string;
}

/**
 * The configuration file to use: the one given, else `$HOLDFAST_CONFIG`, else `holdfast.yaml` here or in a folder above, else
 * `/etc/holdfast/holdfast.yaml`. A file that is named is taken whether it exists or not; where none is found: `configuration-missing`.
 */
export function findConfig(explicit?: string, where: Partial<Whereabouts> = {}): string {
  const { folder = process.cwd(), env = process.env, system = systemConfig } = where;
  const named = explicit ?? (env['HOLDFAST_CONFIG'] || undefined);
  if (named !== undefined) return path.resolve(folder, named);
  const found = above(folder).find(isFile) ?? [system].find(isFile);
  if (found === undefined) {
    throw failure('configuration-missing', {
      file: configName,
      searched: `${folder}, the folders above it, ${system}`,
    });
  }
  if (path.dirname(found) !== path.resolve(folder)) refuseStrangers(found);
  return found;
}

function above(folder: string): string[] {
  const here = path.resolve(folder);
  const parent = path.dirname(here);
  return [path.join(here, configName), ...(parent === here ? [] : above(parent))];
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** It names commands that run, so one that another user left in a folder above (`/tmp`) must be asked for by name. */
function refuseStrangers(file: string): void {
  const owner = statSync(file).uid;
  if (owner === 0 || owner === process.geteuid?.()) return;
  const message = `was found above this folder and belongs to another user; to use it, name it: --config ${file}`;
  const problems = new ConfigProblems([{ path: '', message }]);
  throw failure('configuration-invalid', { file, problems: message }, problems);
}
