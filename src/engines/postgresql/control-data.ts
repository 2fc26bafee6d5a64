import type { EngineContext } from '../engine';
import { majorIn } from './data-directory';
import { runTool } from './run-tool';
import { findTool } from './tools';

/** What pg_control says of a cluster, running or not. */
export interface ControlData {
  /** `shut down` after a clean stop. */
  readonly state: string;
  readonly systemIdentifier: string;
  readonly catalogVersion: number;
  readonly checkpoint: string;
  readonly timeline: number;
}

const fields = {
  state: 'Database cluster state',
  systemIdentifier: 'Database system identifier',
  catalogVersion: 'Catalog version number',
  checkpoint: 'Latest checkpoint location',
  timeline: "Latest checkpoint's TimeLineID",
} as const;

/** Rejects where the file is damaged or of another version. */
export async function readControlData(context: EngineContext, directory: string, major: number): Promise<ControlData> {
  const { program } = await findTool(context, 'pg_controldata', major, 'same');
  const text = await runTool(context, { program, args: ['--pgdata', directory] }, 30_000);
  const found = new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), valueIn(line)]));
  const value = (field: keyof typeof fields) => found.get(fields[field]) ?? '';
  return {
    state: value('state'),
    systemIdentifier: value('systemIdentifier'),
    catalogVersion: Number(value('catalogVersion')),
    checkpoint: value('checkpoint'),
    timeline: Number(value('timeline')),
  };
}

const valueIn = (line: string) => line.slice(line.indexOf(':') + 1).trim();

/** What a server of this version calls its own folder in every tablespace. */
export function tablespaceFolder(major: number, catalogVersion: number): string {
  return `PG_${major}_${catalogVersion}`;
}

/** The same, read off a data directory. */
export async function folderOf(context: EngineContext, directory: string): Promise<string> {
  const major = (await majorIn(directory)) ?? 0;
  const { catalogVersion } = await readControlData(context, directory, major);
  return tablespaceFolder(major, catalogVersion);
}
