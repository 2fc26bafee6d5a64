import { lstat } from 'node:fs/promises';
import { serverLog } from '../pipeline/server-log';
import { attempt } from './attempt';
import { fileEnd } from './file-end';
import { dataDirectoryOwner, findPgCtl } from './find-pg-ctl';
import { hasStalePid, isPostmasterUnreaped, serversOn } from './postmaster';
import type { ServerEnvironment } from './server-environment';
import type { Service, ServiceCall, ServiceState } from './service';
import { runServiceTool, type ServiceToolOptions, type ToolEnd } from './service-tool';
import { deadlineOf, waitUntil } from './wait-until';

export interface PgCtlOptions {
  readonly unit: string;
  readonly dataDirectory: string;
  /** Where pg_ctl is; found by the version of the data directory if absent. */
  readonly binDirectory?: string;
  /** pg_ctl -l; opened by the server's own user. */
  readonly logFile?: string;
  /** pg_ctl -o. */
  readonly options?: string;
  /** What the server gets of what its own service gave it. */
  readonly environment: ServerEnvironment;
  /** Where the server writes without `logFile` until its own logging starts; opened by us. */
  readonly outputFile: string;
}

/** Exit codes of pg_ctl status. */
const statusCodes: Readonly<Record<number, ServiceState>> = { 0: 'running', 3: 'stopped' };
const silent = { line: () => {} };

/** A server started and stopped with pg_ctl, as the owner of its data directory where we are root. */
export function pgCtlService(options: PgCtlOptions): Service {
  const server = new PgCtlServer(options);
  return {
    kind: 'pg_ctl',
    canStop: true,
    state: (call) => server.state(call),
    stop: (call) => attempt('stop-failed', options.unit, call, () => server.stop(call)),
    start: (call) => attempt('start-failed', options.unit, call, () => server.start(call)),
  };
}

class PgCtlServer {
  constructor(private readonly options: PgCtlOptions) {}

  async state(call: ServiceCall): Promise<ServiceState> {
    // in the middle of a swap there is none; a server that runs all the same is seen by the engine
    if (!(await isThere(this.options.dataDirectory))) return 'stopped';
    const { code } = await this.pgCtl(['status'], { ...call, log: silent });
    const said = statusCodes[code ?? -1] ?? 'unknown';
    // pg_ctl believes a stale postmaster.pid whose number has come to mean another process.
    return said === 'running' && (await hasStalePid(this.options.dataDirectory)) ? 'stopped' : said;
  }

  /** Resolves when the postmaster and all its children are gone: the files are at rest then. */
  async stop(call: ServiceCall): Promise<void> {
    const { dataDirectory } = this.options;
    const deadline = deadlineOf(call);
    if ((await this.state(call)) !== 'stopped') {
      await this.options.environment.note();
      const { code, told } = await this.pgCtl(['stop', '-m', 'fast', '-w', '-t', seconds(call)], call);
      if (code !== 0 && (await this.state(call)) !== 'stopped') throw new Error(`pg_ctl stop: ${told}`);
    }
    const down = await waitUntil(async () => (await serversOn(dataDirectory)).length === 0, call, deadline);
    if (down) return;
    throw new Error(`processes ${(await serversOn(dataDirectory)).join(', ')} still run after ${call.timeout} ms`);
  }

  async start(call: ServiceCall): Promise<void> {
    if ((await this.state(call)) === 'running') return;
    const { dataDirectory, logFile, options, outputFile } = this.options;
    await waitUntil(
      async () => !(await isPostmasterUnreaped(dataDirectory)),
      call,
      performance.now() + call.timeout / 2,
    );
    const log = logFile === undefined ? [] : ['-l', logFile];
    const server = options === undefined ? [] : ['-o', options];
    const end = logFile === undefined ? undefined : await fileEnd(logFile, call.log);
    const { code, told } = await this.pgCtl(['start', '-w', '-t', seconds(call), ...log, ...server], call, {
      outputFile,
      starts: true,
    });
    // A long recovery outlasts pg_ctl's patience, and somebody else may have been quicker: what counts is whether it runs.
    if (code === 0 || (await this.state(call)) === 'running') return;
    throw new Error(`pg_ctl start: ${[told, await end?.()].filter((part) => part).join('; ')}`);
  }

  private async pgCtl(args: readonly string[], call: ServiceCall, more: ServiceToolOptions = {}): Promise<ToolEnd> {
    const { dataDirectory, binDirectory } = this.options;
    const user = await dataDirectoryOwner(dataDirectory);
    const program = await findPgCtl(dataDirectory, binDirectory);
    const env = await this.options.environment.of(user);
    return runServiceTool({ program, args: [...args, '-D', dataDirectory], env, user, telling: serverLog }, call, more);
  }
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

function seconds(call: ServiceCall): string {
  return String(Math.max(1, Math.ceil(call.timeout / 1_000)));
}
