import { failure } from '../../model/errors';
import type { Artefact } from '../../model/manifest';
import { allEnded } from '../../pipeline/all-ended';
import type { ArtefactSink, Dump, EngineContext } from '../engine';
import { type ControlData, readControlData, tablespaceFolder } from './control-data';
import { countFiles, type FileCount } from './count-files';
import { dataDirectory, majorIn } from './data-directory';
import { requireWhole, seeDirectory } from './directory-sight';
import { isServerDown } from './down';
import type { FilesFact, LinkedDirectory, PostgresqlFacts } from './facts';
import { keepConfiguration } from './keep-configuration';
import { isLeftOut, leavingOut } from './left-out';
import { readLinkedDirectories } from './linked-directories';
import { databaseName } from './names';
import { ownerOf } from './owner';
import { toldAs } from './run-tool';
import { archive } from './tar';

/** Copies a data directory whose server is stopped. The database is down meanwhile: nothing is done here that could be done at another time. */
export async function dumpCold(context: EngineContext, sink: ArtefactSink): Promise<Dump> {
  const directory = await dataDirectory(context);
  const major = (await majorIn(directory)) ?? 0;
  const control = await requireCleanStop(context, directory, major);
  const linked = await readLinkedDirectories(directory);
  const owner = await ownerOf(directory); // whoever made a link there is given no more than he may read himself
  const sight = await seeDirectory(directory);
  requireWhole(context, directory, sight);
  const apart = [...linked.map(({ link }) => link), ...sight.links.map(({ path }) => path), ...sight.emptied];
  const folder = tablespaceFolder(major, control.catalogVersion);
  const parts = [
    {
      role: 'base',
      name: 'base.tar',
      path: directory,
      members: ['.'],
      options: leavingOut(apart),
      skip: skipping(linked),
    },
    ...linked.map((each) => partOf(each, folder)),
  ];
  const artefacts: Artefact[] = [];
  const files: FilesFact[] = [];
  for (const { role, name, path, members, options, skip } of parts) {
    context.report(`copying ${path}`);
    const copying = archive(sink, name, role, path, { members, options, user: owner.name });
    const copied = toldAs('dump-failed', { database: databaseName(context), tool: 'tar' }, copying);
    const [artefact, count] = await allEnded([copied, countBeside(copied, path, skip)]);
    artefacts.push(artefact);
    files.push({ role, ...count });
  }
  const configuration = await keepConfiguration(context, sink, directory, sight.links);
  artefacts.push(...configuration.artefacts);
  const facts: PostgresqlFacts = {
    'data-bytes': files.reduce((sum, { bytes }) => sum + bytes, 0),
    'linked-directories': linked,
    'linked-files': [...configuration.links],
    'tablespace-folder': folder,
    files,
  };
  return { artefacts, facts, timeline: control.timeline, lsnStart: control.checkpoint, lsnStop: control.checkpoint };
}

/** Ends with a copy that fails: nobody needs the count then. */
function countBeside(copied: Promise<unknown>, path: string, skip: (path: string) => boolean): Promise<FileCount> {
  const stop = new AbortController();
  copied.catch((error) => stop.abort(error));
  return countFiles(path, { skip, signal: stop.signal });
}

/** Of a tablespace only the folder that is this cluster's: others may share it. */
function partOf({ role, target }: LinkedDirectory, folder: string) {
  const common = { role, name: `${role.replace(':', '-')}.tar`, path: target, options: leavingOut([]) };
  if (role === 'wal') return { ...common, members: ['.'], skip: isLeftOut };
  return { ...common, members: [folder], skip: (path: string) => !path.startsWith(folder) || isLeftOut(path) };
}

function skipping(linked: readonly LinkedDirectory[]): (path: string) => boolean {
  const links = new Set(linked.map(({ link }) => link));
  return (path) => isLeftOut(path) || links.has(path);
}

async function requireCleanStop(context: EngineContext, directory: string, major: number): Promise<ControlData> {
  const database = databaseName(context);
  if (!(await isServerDown(context)))
    throw failure('dump-failed', { database, tool: 'tar', reason: 'its server still runs' });
  const control = await readControlData(context, directory, major);
  if (['shut down', 'shut down in recovery'].includes(control.state)) return control;
  const reason = `the server was not stopped cleanly: its control file says "${control.state}"`;
  throw failure('dump-failed', { database, tool: 'tar', reason });
}
