import { failure } from '../../model/errors';
import { allEnded } from '../../pipeline/all-ended';
import type { EngineContext } from '../engine';
import { readControlData } from './control-data';
import { countFiles } from './count-files';
import { dataDirectory, majorIn, unusable } from './data-directory';
import { readLinkedDirectories } from './linked-directories';
import { databaseName } from './names';
import { findTool } from './tools';

/** What a running server would tell of itself, read off the directory of one that is stopped. */
export interface StoppedServer {
  readonly version: string;
  readonly systemIdentifier: string;
  /** Of all that would be copied, tablespaces included. */
  readonly bytes: number;
  readonly toolVersion: string;
}

const cleanStops: readonly string[] = ['shut down', 'shut down in recovery'];

/** For a copy of a server that somebody has stopped already. Rejects with `database-unready` where it was not stopped cleanly. */
export async function inspectStopped(context: EngineContext): Promise<StoppedServer> {
  const directory = await dataDirectory(context);
  const major = await majorIn(directory);
  if (major === undefined) throw unusable(context, directory, 'it is no data directory of PostgreSQL that can be read');
  const tool = await findTool(context, 'pg_controldata', { kind: 'same', server: major });
  const { state, systemIdentifier } = await readControlData(context, directory, major);
  if (!cleanStops.includes(state)) {
    const reason = `its server is down, and was not stopped cleanly: its control file says "${state}"`;
    throw failure('database-unready', { database: databaseName(context), reason });
  }
  const linked = await readLinkedDirectories(directory);
  const folders = [directory, ...linked.map(({ target }) => target)];
  const counts = await allEnded(folders.map((folder) => countFiles(folder))).catch((error) => {
    throw unusable(context, directory, 'it cannot be read', error);
  });
  const bytes = counts.reduce((sum, count) => sum + count.bytes, 0);
  return { version: tool.version, systemIdentifier, bytes, toolVersion: tool.version };
}
