import { access, constants, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type HoldfastError } from '../../model/errors';
import { allEnded } from '../../pipeline/all-ended';
import { wholeLines } from '../../pipeline/whole-lines';
import type { EngineContext } from '../engine';
import { runTool } from './run-tool';
import { type Fit, inOrder, leastFor, wantedFor, whyNot } from './tool-choice';

export interface Tool {
  /** Absolute path. */
  readonly program: string;
  /** For instance 15.20. */
  readonly version: string;
  readonly major: number;
}

/** The folders of one version each, as packages make them; `#` stands for its number. */
const layouts = [
  '/usr/lib/postgresql/#/bin',
  '/usr/pgsql-#/bin',
  '/usr/libexec/postgresql#',
  '/usr/lib/postgresql#/bin',
  '/opt/homebrew/opt/postgresql@#/bin',
  '/usr/local/opt/postgresql@#/bin',
  '/Library/PostgreSQL/#/bin',
];

/**
 * Finds the tool that fits best: in the configured folder alone, else among the versions that are installed side by side, and on the PATH. Rejects with
 * `tool-missing` or `tool-unfit`.
 */
export async function findTool(context: EngineContext, name: string, fit: Fit): Promise<Tool> {
  const configured = context.config['bin-directory'];
  const folders = configured === undefined ? await installedFolders() : [configured];
  const installed = await toolsIn(context, name, folders);
  const best = choose(installed, fit);
  if (best?.major === wantedFor(fit)) return best;
  const onPath = configured === undefined ? foldersOnPath() : [];
  const all = [...installed, ...(await toolsIn(context, name, onPath))];
  const chosen = choose(all, fit);
  if (chosen !== undefined) return chosen;
  throw unfit(name, fit, all, [...folders, ...onPath]);
}

function unfit(name: string, fit: Fit, found: readonly Tool[], searched: readonly string[]): HoldfastError {
  const wanted = wantedFor(fit);
  const packaged = { tool: name, wanted, package: packageOf(name, wanted) };
  const [newest] = [...found].sort((one, other) => other.major - one.major);
  if (newest === undefined) return failure('tool-missing', { ...packaged, searched: searched.join(', ') });
  const code = newest.major < leastFor(fit) ? 'tool-too-old' : 'tool-unfit';
  return failure(code, { ...packaged, version: newest.version, reason: whyNot(fit) });
}

function choose(tools: readonly Tool[], fit: Fit): Tool | undefined {
  const [major] = inOrder([...new Set(tools.map((tool) => tool.major))], fit);
  return tools.find((tool) => tool.major === major);
}

/** Those that are there and run; one that does not is no reason to do without the others. */
async function toolsIn(context: EngineContext, name: string, folders: readonly string[]): Promise<Tool[]> {
  const programs = await executables(folders.map((folder) => join(folder, name)));
  const found = await Promise.allSettled(programs.map((program) => versionOf(context, program)));
  context.signal.throwIfAborted();
  const broken = found.find((each) => each.status === 'rejected');
  const tools = found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (tools.length === 0 && broken !== undefined) throw broken.reason;
  return tools;
}

async function installedFolders(): Promise<string[]> {
  const found = await allEnded(
    layouts.map(async (layout) => {
      const at = layout.indexOf('#');
      const parent = layout.lastIndexOf('/', at);
      const [before, after] = [layout.slice(parent + 1, at), layout.slice(at + 1)];
      const majors = await versionsIn(layout.slice(0, parent), before, after.split('/', 1)[0] ?? '');
      return majors.map((major) => layout.replace('#', String(major)));
    }),
  );
  return found.flat();
}

function foldersOnPath(): string[] {
  return (process.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
}

/** The numbers in the names of a folder's entries that begin and end so. */
async function versionsIn(folder: string, before: string, after: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => Number(name.slice(before.length, name.length - after.length)))
    .filter((major) => Number.isInteger(major) && major > 0);
}

async function executables(paths: readonly string[]): Promise<string[]> {
  const checked = await allEnded(
    paths.map((path) =>
      access(path, constants.X_OK).then(
        () => [path],
        () => [],
      ),
    ),
  );
  return checked.flat();
}

/** What programs said of themselves, by what they are: who installs another version changes that. */
const known = new Map<string, Tool>();

async function versionOf(context: EngineContext, program: string): Promise<Tool> {
  const identity = await identityOf(program).catch(() => undefined); // what may be run may not always be read
  const before = identity === undefined ? undefined : known.get(identity);
  const tool = before ?? (await askVersion(context, program));
  if (identity !== undefined) known.set(identity, tool);
  return tool;
}

/** Undefined for a script: one that chooses among versions, as Debian's do, stays the same when its answer changes. */
async function identityOf(program: string): Promise<string | undefined> {
  const file = await open(program);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    if (buffer.toString('latin1', 0, bytesRead) === '#!') return undefined;
    const { dev, ino, size, mtimeMs, ctimeMs } = await file.stat();
    return [program, dev, ino, size, mtimeMs, ctimeMs].join(' ');
  } finally {
    await file.close();
  }
}

async function askVersion(context: EngineContext, program: string): Promise<Tool> {
  const said = await runTool(context, { program, args: ['--version'], telling: wholeLines }, 10_000);
  const [, version, major] = /\(PostgreSQL\) ((\d+)[^\s]*)/.exec(said) ?? [];
  if (version === undefined) throw failure('process-failed', { tool: program, reason: `its version reads "${said}"` });
  return { program, version, major: Number(major) };
}

/** Debian's package; other systems name theirs alike. */
function packageOf(tool: string, major: number): string {
  const ofServer = ['pg_verifybackup', 'pg_controldata', 'pg_waldump', 'postgres'].includes(tool);
  return ofServer ? `postgresql-${major}` : `postgresql-client-${major}`;
}
