import { basename, dirname, isAbsolute, join } from 'node:path';
import type { RestorePlan } from '../../model/plan';
import type { EngineContext } from '../engine';
import { dataDirectory } from './data-directory';
import type { LinkedDirectory } from './facts';
import { shortJob } from './names';

/** The directories of one restore. Their names hold the job: what has such a name is that job's to rename and to remove. */
export interface DirectoryNames {
  /** Where the restored data is to be in the end: the live data directory, or the one asked for. */
  readonly target: string;
  readonly fresh: string;
  readonly previous: string;
  /** What the new and the old folders in tablespaces, and the new and old log directories, end in. */
  readonly suffix: { readonly fresh: string; readonly previous: string };
}

export async function directoryNames(context: EngineContext, plan: RestorePlan): Promise<DirectoryNames> {
  const live = await dataDirectory(context);
  const target = plan.target.kind === 'in-place' ? live : besideName(live, plan.target.name);
  const short = shortJob(plan.jobId);
  const suffix = { fresh: `holdfast-new-${short}`, previous: `holdfast-previous-${short}` };
  return { target, fresh: `${target}.${suffix.fresh}`, previous: `${target}.${suffix.previous}`, suffix };
}

function besideName(live: string, name: string): string {
  return isAbsolute(name) ? name : join(dirname(live), name);
}

/** One directory outside of the data directory: where it is to be, where it is made, and where the old one goes. */
export interface Move {
  readonly role: string;
  /** Path in the data directory of the symbolic link. */
  readonly link: string;
  /** Where the link leads while the new data is made, and in the end. */
  readonly leads: { readonly fresh: string; readonly final: string };
  /** What is renamed: in a tablespace only the folder of this cluster's version. */
  readonly live: string;
  readonly fresh: string;
  readonly previous: string;
}

/** `folder`: what the server calls its own folder in a tablespace. */
export function moveOf(linked: LinkedDirectory, folder: string, names: DirectoryNames): Move {
  const { role, link, target } = linked;
  const { fresh, previous } = names.suffix;
  if (role === 'wal') {
    const leads = { fresh: `${target}.${fresh}`, final: target };
    return { role, link, leads, live: target, fresh: leads.fresh, previous: `${target}.${previous}` };
  }
  return {
    role,
    link,
    leads: { fresh: join(target, fresh), final: target },
    live: join(target, folder),
    fresh: join(target, fresh, folder),
    previous: join(target, previous, folder),
  };
}

/** Where the tablespaces of data restored beside the live ones go: nothing of the live cluster's may be shared. */
export function relocationOf({ target }: DirectoryNames): string {
  return `${target}.tablespaces`;
}

export function relocated(linked: LinkedDirectory, names: DirectoryNames): LinkedDirectory {
  return { ...linked, target: join(relocationOf(names), basename(linked.link)) };
}
