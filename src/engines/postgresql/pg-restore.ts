import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure } from '../../model/errors';
import type { Artefact, Manifest } from '../../model/manifest';
import type { RestorePlan } from '../../model/plan';
import type { Command } from '../../pipeline/pipeline';
import { wholeLines } from '../../pipeline/whole-lines';
import type { ArtefactSource, EngineContext } from '../engine';
import type { MemberRules } from './archive-members';
import { FailureReader } from './careful/failure-reader';
import { requireOwnFiles } from './dump-directory';
import { runTool, toldAs } from './run-tool';
import { serverTool } from './server-words';
import { freeBytes, readable } from './space';
import { setsUnknown } from './tool-choice';
import { connectionArguments, connectionEnvironment } from './tool-connection';
import type { Tool } from './tools';
import { unarchive } from './unarchive';

/** No commit of a load needs to wait for the disk: nothing uses the new database before the swap, whose commit carries all earlier ones with it. */
const loadSettings = ['synchronous_commit=off'];

/** Statements stand in what it says, which must be whole to be tried again. */
const longestLine = 4 * 2 ** 20;

export interface Loading {
  readonly context: EngineContext;
  readonly plan: RestorePlan;
  readonly manifest: Manifest;
  readonly tool: Tool;
  /** Major version of the server that it is loaded into. */
  readonly server: number;
  /** Settings as `name=value` that the data were made with, where this server has others. */
  readonly madeWith: readonly string[];
  /** Keep tablespaces: they all exist on this server. */
  readonly tablespaces: boolean;
  /** Gets what pg_restore says. */
  readonly onStderrLine?: (line: string) => void;
}

/** What an archive of pg_dump's directory format has in it. */
export const dumpRules: MemberRules = { under: 'dump-directory' };

/** The one artefact with the database's contents. */
export function contentsOf(manifest: Manifest): Artefact {
  const found = manifest.artefacts.find(({ role }) => role === 'dump' || role === 'dump-directory');
  if (found !== undefined) return found;
  throw failure('manifest-unreadable', { backup: manifest['backup-id'], reason: 'it names no dump' });
}

/**
 * Loads the contents into an empty database. Several jobs need the dump as a file, which is worth it where there is room; one reads it as it comes, and then
 * the database must be thrown away if the source says at the end that the bytes were wrong.
 */
export const loadContents =
  (source: ArtefactSource) =>
  async (loading: Loading, database: string): Promise<void> => {
    const { context, plan, manifest } = loading;
    const artefact = contentsOf(manifest);
    context.report('pg_restore', artefact.bytes);
    const details = { backup: manifest['backup-id'], tool: 'pg_restore' };
    const streamed = artefact.role === 'dump' && (plan.jobs === 1 || !(await hasRoom(context, artefact)));
    if (streamed) {
      const reading = runRestore(loading, database, [], (command) => source.intoCommands(artefact, [command]));
      await toldAs('load-failed', details, reading);
      return;
    }
    const path = await spool(context, manifest['backup-id'], artefact, source);
    const loaded = plan.jobs === 1 ? restoreAtOnce(loading, database, path) : restoreInParts(loading, database, path);
    await toldAs('load-failed', details, loaded);
    await rm(path, { recursive: true, force: true });
  };

/** Fetches the contents, checked byte by byte, as something that pg_restore can open. */
export async function spool(
  context: EngineContext,
  backup: string,
  artefact: Artefact,
  source: ArtefactSource,
): Promise<string> {
  const path = spooledPath(context, artefact);
  if (artefact.role === 'dump') {
    await source.intoFile(artefact, path);
    return path;
  }
  const folder = dirname(path);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  try {
    await unarchive(source, artefact, folder, { backup, rules: dumpRules });
    await requireOwnFiles(path, backup, artefact.path);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return path;
}

/** Where `spool` puts the contents. */
export function spooledPath({ workFolder }: EngineContext, { role }: Artefact): string {
  return role === 'dump' ? join(workFolder, 'dump.pgdump') : join(workFolder, 'dump-folder', 'dump-directory');
}

export async function hasRoom(context: EngineContext, { bytes }: Artefact): Promise<boolean> {
  const free = await freeBytes(context.workFolder);
  if (free > bytes) return true;
  const sizes = `${readable(bytes)} of ${readable(free)}`;
  context.log.line('restore', `no room in the spool for the dump (${sizes}): it is loaded by one job as it comes`);
  return false;
}

async function restoreAtOnce(loading: Loading, database: string, path: string): Promise<void> {
  await runRestore(loading, database, [path], (command) => runTool(loading.context, command));
}

/** One run of pg_restore, which ends at the first statement that fails; but not at a setting that the server is too old for. */
async function runRestore(
  loading: Loading,
  database: string,
  more: readonly string[],
  run: (command: Command) => Promise<unknown>,
): Promise<void> {
  if (!setsUnknown(loading.tool.major, loading.server)) {
    await run(restoring(loading, database, more));
    return;
  }
  const reader = new FailureReader();
  const onStderrLine = (line: string) => {
    reader.line(line);
    loading.onStderrLine?.(line);
  };
  await run({ ...restoring({ ...loading, onStderrLine }, database, more, { goOn: true }), accept: [0, 1] });
  const [failed] = reader.failed;
  if (failed !== undefined) throw failure('process-failed', { tool: 'pg_restore', reason: failed.reason });
}

/**
 * Several jobs in one run may make a trigger or a foreign key of a partitioned table before the rows of its partitions are there: no dependency between
 * them is noted in a dump, and one that came through a pipe has no sizes to order by. Then good rows are refused. Privileges come after the rows, as in one
 * run: an owner may have no right to write.
 */
async function restoreInParts(loading: Loading, database: string, path: string): Promise<void> {
  const run = (...args: string[]) =>
    runRestore(loading, database, [...args, path], (command) => runTool(loading.context, command));
  const jobs = `--jobs=${loading.plan.jobs}`;
  await run('--section=pre-data', '--no-privileges');
  await run('--section=data', '--no-privileges', jobs);
  const file = join(loading.context.workFolder, 'rest.list');
  const list = async (part: readonly string[]) => {
    await runTool(loading.context, {
      program: loading.tool.program,
      telling: wholeLines,
      args: ['--list', `--file=${file}`, ...part, path],
    });
    return (await readFile(file, 'utf8')).split('\n');
  };
  await writeFile(file, (await listRest(list)).join('\n'));
  await run(`--use-list=${file}`, jobs);
  await rm(file);
}

/** Of the table of contents the entries that come after the rows: all privileges, and what is in no earlier section. */
export async function listRest(
  list: (part: readonly string[]) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const isPrivilege = (line: string) => /^\d+; \d+ \d+ (DEFAULT )?ACL /.test(line);
  const privileges = (await list([])).filter(isPrivilege);
  const rest = (await list(['--section=post-data'])).filter((line) => !isPrivilege(line));
  return [...privileges, ...rest];
}

/** Without the name of the dump in `more` it reads stdin. `goOn`: after what fails. */
export function restoring(
  { context, tool, server, madeWith, tablespaces, onStderrLine }: Loading,
  database: string,
  more: readonly string[] = [],
  { goOn = false }: { readonly goOn?: boolean } = {},
): Command {
  const args = [
    ...(goOn ? [] : ['--exit-on-error']),
    ...(tablespaces ? [] : ['--no-tablespaces']),
    ...connectionArguments(context, database),
  ];
  const env = connectionEnvironment(context, server, [...loadSettings, ...madeWith]);
  return { program: tool.program, args: [...args, ...more], env, onStderrLine, longestLine, telling: serverTool };
}
