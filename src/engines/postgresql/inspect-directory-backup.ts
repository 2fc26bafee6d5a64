import { access, constants } from 'node:fs/promises';
import type { BackupPlan } from '../../model/plan';
import type { EngineContext, Inspection } from '../engine';
import { readRoom, tellRoom, wantedForCopy } from './connection-room';
import { readControlData } from './control-data';
import { dataDirectory, majorIn, unusable } from './data-directory';
import { requireWhole, seeDirectory, seeOwnDirectory } from './directory-sight';
import { isServerDown } from './down';
import { inspectStopped } from './inspect-stopped';
import { readLinkedDirectories } from './linked-directories';
import { missingInCopy, unloggedRows } from './missing-in-copy';
import { databaseName } from './names';
import { type Cluster, readCluster } from './read-cluster';
import { requireReplication, requireSender } from './replication-rights';
import { readServer, type Server } from './server';
import { type Session, withSession } from './session';
import { requireSpace } from './space';
import { findTool } from './tools';

export async function inspectPhysicalBackup(context: EngineContext, plan: BackupPlan): Promise<Inspection> {
  const inspection = await onServer(context, async (server, session) => {
    const tool = await findTool(context, 'pg_basebackup', { kind: 'copies', server: server.major });
    await requireReplication(context, session);
    tellRoom(context, await readRoom(session), wantedForCopy, 'no replication slot holds the log back meanwhile');
    const cluster = await readCluster(session);
    // With tablespaces the archives lie in the spool as they are, before they go through the sink one by one.
    const raw = cluster.linked.length === 0 ? 0 : cluster.bytes;
    const [purpose, remedy] = [
      'the copy, which cannot be streamed where there are tablespaces',
      'make room on the spool',
    ];
    await requireSpace([{ path: context.workFolder, purpose, bytes: raw, remedy }]);
    const sight = await seeOwnDirectory(context, server.systemIdentifier);
    if (sight !== undefined) requireWhole(context, sight.directory, sight);
    const missing = [...(await unloggedRows(session, sight)), ...(await missingInCopy(sight, session))];
    return { ...inspectionOf(server, cluster, plan, raw), missing, toolVersions: { pg_basebackup: tool.version } };
  });
  await requireSender(context);
  return inspection;
}

export async function inspectColdBackup(context: EngineContext, plan: BackupPlan): Promise<Inspection> {
  // Stopped by somebody else it can be copied all the same, and will be left so.
  if (await isServerDown(context)) {
    const { toolVersion, ...stopped } = await inspectStopped(context);
    const missing = await missingInCopy(await requireWholeDirectory(context));
    return { ...inspectionOf(stopped, stopped, plan, 0), missing, toolVersions: { pg_controldata: toolVersion } };
  }
  return onServer(context, async (server, session) => {
    const tool = await findTool(context, 'pg_controldata', { kind: 'same', server: server.major });
    await requireOwnDirectory(context, server);
    return {
      ...inspectionOf(server, await readCluster(session), plan, 0),
      missing: await missingInCopy(await requireWholeDirectory(context), session),
      toolVersions: { pg_controldata: tool.version },
    };
  });
}

async function requireWholeDirectory(context: EngineContext) {
  const directory = await dataDirectory(context);
  const sight = { directory, ...(await seeDirectory(directory)) };
  requireWhole(context, directory, sight);
  return sight;
}

function onServer<T>(context: EngineContext, work: (server: Server, session: Session) => Promise<T>): Promise<T> {
  return withSession(context, { database: databaseName(context) }, async (session) =>
    work(await readServer(session), session),
  );
}

/** Whatever compression makes of it, it is no bound; files of a server compress to less than themselves, and the log comes on top. */
function inspectionOf(
  server: Pick<Server, 'version' | 'systemIdentifier'>,
  { bytes }: Pick<Cluster, 'bytes'>,
  plan: BackupPlan,
  raw: number,
) {
  const log = 2 ** 30;
  const stored = (bytes + log) * (plan.compression === 'none' ? 1.05 : 0.8);
  return {
    serverVersion: server.version,
    systemIdentifier: server.systemIdentifier,
    dataBytes: bytes,
    spoolBytes: Math.ceil(raw + stored),
  };
}

/** The directory that is going to be copied must be the one of the server that is going to be stopped. */
async function requireOwnDirectory(context: EngineContext, server: Server): Promise<void> {
  const directory = await dataDirectory(context);
  const major = await majorIn(directory);
  if (major === undefined) throw unusable(context, directory, 'it is no data directory of PostgreSQL that can be read');
  const control = await readControlData(context, directory, major);
  if (control.systemIdentifier !== server.systemIdentifier) {
    const [here, there] = [control.systemIdentifier, server.systemIdentifier];
    throw unusable(
      context,
      directory,
      `it is of another cluster (system identifier ${here}, the server's is ${there})`,
    );
  }
  const linked = await readLinkedDirectories(directory);
  for (const path of [directory, ...linked.map(({ target }) => target)]) {
    await access(path, constants.R_OK | constants.X_OK).catch((error) => {
      throw unusable(context, path, 'it cannot be read', error);
    });
  }
}
