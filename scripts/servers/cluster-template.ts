import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDirectory, lookForPostgres } from '../../tools/find';
import { runTool } from './run-tool';

/** What makes one template fit another cluster. */
export interface TemplatePlace {
  readonly binDirectory: string;
  readonly dataDirectory: string;
  readonly owner: string;
  /** MiB. */
  readonly walSegment: number;
}

let used = false;

/**
 * Fills an empty data directory with a copy of what initdb made before, at a tenth of its cost. False where there is nothing to copy.
 * To PostgreSQL all copies are the same cluster, so a process gets one only, unless it takes them as `twin`: its other clusters are really others.
 */
export async function copyTemplate(place: TemplatePlace, twin: boolean): Promise<boolean> {
  const template = templateFor(place);
  if ((used && !twin) || template === undefined || !existsSync(template)) return false;
  used ||= !twin;
  await runTool('cp', ['-a', `${template}/.`, place.dataDirectory]);
  return true;
}

/** Keeps what initdb just made for the next one, unless there is a template already. */
export async function keepTemplate(place: TemplatePlace): Promise<void> {
  const template = templateFor(place);
  if (template === undefined || existsSync(template)) return;
  await mkdir(dirname(template), { recursive: true });
  const staging = await mkdtemp(`${template}-`);
  try {
    await runTool('cp', ['-a', `${place.dataDirectory}/.`, staging]);
    await rename(staging, template);
  } catch {
    await rm(staging, { recursive: true, force: true }); // another process was first, or there is no room for one
  }
}

function templateFor({ binDirectory, owner, walSegment }: TemplatePlace): string | undefined {
  const postgres = lookForPostgres();
  if (postgres?.bin !== binDirectory) return undefined;
  return join(cacheDirectory(), 'clusters', `${postgres.version}-${owner}-${walSegment}`);
}
