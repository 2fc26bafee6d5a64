import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../../model/errors';
import { nameOfUser } from '../../pipeline/system-user';
import { launchServer, type ServerProcess } from './launch-server';
import { type OwnNetwork, ownNetwork } from './own-network';
import type { ServerPlace } from './server-command';
import { openPorts } from './server-ports';
import { temporalBinary } from './temporal-binary';

const startTimeout = 30_000;
/** Between its death and the next start, so that a server that cannot run does not spin. */
const restartPause = 2_000;

export interface EmbeddedServerOptions extends ServerPlace {
  /** User ids of this host that may use it, besides root and our own. */
  readonly users: readonly number[];
  readonly onRestart: (reason: string) => void;
  readonly onRefused: (user: string) => void;
  /** By default tried out. */
  readonly network?: OwnNetwork;
}

export interface EmbeddedServer {
  /** undefined without a Web UI. */
  readonly uiAddress: string | undefined;
  /** Why everybody on this host can reach it; undefined where only the admitted users can. */
  readonly openBecause: string | undefined;
  /** Ends it and stops restarting it. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Runs Temporal's development server over a file, and starts it again if it dies. It dies with this process. Where the host lets it, it is in a network of
 * its own, and we pass on to it the connections of admitted users: it knows no users itself. Rejects with `temporal-server-missing` when there is no such
 * program, when the ports are taken, or when it does not come up.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const program = temporalBinary();
  const network = options.network ?? ownNetwork();
  await ownFolder(dirname(options.dataFile));
  await closeFiles(options.dataFile);
  const server = new SupervisedServer(program, options, network);
  const closePorts = await openPorts(options, network, (...connection) => server.hand(...connection));
  try {
    await server.start();
  } catch (error) {
    closePorts();
    throw error;
  }
  return {
    uiAddress: uiAddressOf(options),
    openBecause: 'missing' in network ? network.missing : undefined,
    stop: async () => {
      await server.stop();
      closePorts();
    },
  };
}

class SupervisedServer {
  private current: ServerProcess | undefined;
  private readonly stopping = new AbortController();
  private readonly logFile: string;

  constructor(
    private readonly program: string,
    private readonly options: EmbeddedServerOptions,
    private readonly network: OwnNetwork,
  ) {
    this.logFile = `${options.dataFile}.log`;
  }

  hand(...[port, speech, connection]: Parameters<ServerProcess['hand']>): void {
    if (this.current === undefined) connection.destroy();
    else this.current.hand(port, speech, connection);
  }

  async start(): Promise<void> {
    this.current = this.launch();
    await this.untilUp(this.current);
    void this.keep();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.current?.end();
  }

  private launch(): ServerProcess {
    return launchServer(this.program, this.options, this.logFile, this.network);
  }

  /** Nothing that goes wrong here may reach the agents of this process: it is told and tried again. */
  private async keep(): Promise<void> {
    while (this.current !== undefined) {
      const reason = await this.current.ended;
      if (this.stopping.signal.aborted) return;
      this.options.onRestart(`${reason}; see ${this.logFile}`);
      await this.startAgain();
    }
  }

  private async startAgain(): Promise<void> {
    while (true) {
      await sleep(restartPause, undefined, { signal: this.stopping.signal }).catch(() => {});
      if (this.stopping.signal.aborted) return;
      try {
        this.current = this.launch();
        return;
      } catch (error) {
        this.options.onRestart(error instanceof Error ? error.message : String(error));
      }
    }
  }

  private async untilUp(server: ServerProcess): Promise<void> {
    const deadline = Date.now() + startTimeout;
    while (!(await server.listens())) {
      if (server.isOver() || Date.now() > deadline) {
        const late = `it did not answer within ${startTimeout / 1000} s`;
        const reason = server.isOver() ? await server.ended : late;
        await server.end();
        throw failure('temporal-server-missing', { reason: `${reason}; see ${this.logFile}` });
      }
      await sleep(50);
    }
  }
}

function uiAddressOf({ host, uiPort }: ServerPlace): string | undefined {
  if (uiPort === undefined) return undefined;
  return `http://${host.includes(':') ? `[${host}]` : host}:${uiPort}`;
}

/** Whoever may write there could put any history of jobs in its place. */
async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(folder);
  const ours = uid === 0 || uid === process.geteuid?.();
  if (ours && (mode & 0o022) === 0) return;
  const why = ours ? 'others may write into it' : `it belongs to user "${nameOfUser(uid)}"`;
  throw failure('temporal-server-missing', {
    reason: `its data would be in "${folder}", and ${why}; set temporal.data`,
  });
}

/** Those of an earlier version could be read by everybody. */
async function closeFiles(dataFile: string): Promise<void> {
  for (const file of [dataFile, `${dataFile}-wal`, `${dataFile}-shm`, `${dataFile}.log`]) {
    await chmod(file, 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
