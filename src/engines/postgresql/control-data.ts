import { wholeLines } from '../../pipeline/whole-lines';
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
  /** From where the log is needed. */
  readonly redo: string;
  /** What a server that recovers this cluster must be set to, at least. */
  readonly settings: Readonly<Record<string, string>>;
}

const fields = {
  state: 'Database cluster state',
  systemIdentifier: 'Database system identifier',
  catalogVersion: 'Catalog version number',
  checkpoint: 'Latest checkpoint location',
  timeline: "Latest checkpoint's TimeLineID",
  redo: "Latest checkpoint's REDO location",
} as const;

/** Settings as the control file calls them, where that is another name than the server's. */
const renamed: Readonly<Record<string, string>> = {
  max_prepared_xacts: 'max_prepared_transactions',
  max_locks_per_xact: 'max_locks_per_transaction',
};

/** Rejects where the file is damaged or of another version. */
export async function readControlData(context: EngineContext, directory: string, major: number): Promise<ControlData> {
  const { program } = await findTool(context, 'pg_controldata', { kind: 'same', server: major });
  const text = await runTool(context, { program, args: ['--pgdata', directory], telling: wholeLines }, 30_000);
  const found = new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), valueIn(line)]));
  const value = (field: keyof typeof fields) => found.get(fields[field]) ?? '';
  return {
    state: value('state'),
    systemIdentifier: value('systemIdentifier'),
    catalogVersion: Number(value('catalogVersion')),
    checkpoint: value('checkpoint'),
    timeline: Number(value('timeline')),
    redo: value('redo'),
    settings: settingsIn(found),
  };
}

/** Lines such as `max_connections setting:  100`. */
function settingsIn(found: ReadonlyMap<string, string>): Record<string, string> {
  const entries = [...found].flatMap(([label, value]) => {
    const name = / setting$/.test(label) ? label.slice(0, -' setting'.length) : undefined;
    return name === undefined ? [] : [[renamed[name] ?? name, value]];
  });
  return Object.fromEntries(entries);
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
