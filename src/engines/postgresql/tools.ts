import { access, constants, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../model/errors';
import { allEnded } from '../../pipeline/all-ended';
import { wholeLines } from '../../pipeline/whole-lines';
import type { EngineContext } from '../engine';
import { runTool } from './run-tool';

export interface Tool {
  /** Absolute path. */
  readonly program: string;
  /** For instance 15.20. */
  readonly version: string;
  readonly major: number;
}

/** How a tool's version must stand to a server's: at least as new, or made for the very same files. */
export type Fit = 'newer' | 'same';

/**
 * Finds a tool for a server of this major version: in the configured folder alone, else the very version's, else the newest installed.
 * Newer tools write what the server's own cannot always read, which is why the same version comes first.
 * Rejects with `tool-missing` or `tool-too-old`.
 */
export async function findTool(
  context: EngineContext,
  name: string,
  server: number,
  fit: Fit = 'newer',
): Promise<Tool> {
  const folders = await binFolders(context, server);
  const programs = await executables(folders.map((folder) => join(folder, name)));
  const [program] = programs;
  if (program === undefined) {
    throw failure('tool-missing', { tool: name, searched: folders.join(', '), package: packageOf(name, server) });
  }
  const found = await versionOf(context, program);
  const wrong = fit === 'same' ? found.major !== server : found.major < server;
  if (!wrong) return found;
  throw failure('tool-too-old', { tool: name, version: found.version, server, package: packageOf(name, server) });
}

async function binFolders(context: EngineContext, server: number): Promise<string[]> {
  const configured = context.config['bin-directory'];
  if (configured !== undefined) return [configured];
  const installed = [
    ...(await versionsIn('/usr/lib/postgresql', /^(\d+)$/)).map((major) => ({
      major,
      folder: `/usr/lib/postgresql/${major}/bin`,
    })),
    ...(await versionsIn('/usr', /^pgsql-(\d+)$/)).map((major) => ({ major, folder: `/usr/pgsql-${major}/bin` })),
  ];
  const rank = (major: number) => (major === server ? Number.MAX_SAFE_INTEGER : major);
  const ordered = installed.sort((a, b) => rank(b.major) - rank(a.major)).map(({ folder }) => folder);
  return [...ordered, ...(process.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'))];
}

async function versionsIn(folder: string, pattern: RegExp): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number);
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
