import { attempt } from './attempt';
import type { ServerEnvironment } from './server-environment';
import type { Service, ServiceCall, ServiceState } from './service';
import { runServiceTool, type ServiceToolOptions } from './service-tool';
import { deadlineOf, waitUntil } from './wait-until';

export interface CommandServiceOptions {
  readonly unit: string;
  /** Program and arguments of each. */
  readonly start: readonly string[];
  readonly stop: readonly string[];
  /** Exits 0 while the service runs. */
  readonly status: readonly string[];
  readonly user?: string;
  /** What the server gets of what its own service gave it. */
  readonly environment: ServerEnvironment;
  /** Where the service writes what it prints. */
  readonly outputFile: string;
}

/** Stopped and started by programs that the administrator named; done only when the status program says so. */
export function commandService(options: CommandServiceOptions): Service {
  const run = async (argv: readonly string[], call: ServiceCall, more: ServiceToolOptions = {}) => {
    const [program = '', ...args] = argv;
    const env = await options.environment.of(options.user);
    return runServiceTool({ program, args, env, user: options.user }, call, more);
  };
  const state = async (call: ServiceCall): Promise<ServiceState> => {
    const { code } = await run(options.status, call);
    if (code === null) return 'unknown';
    return code === 0 ? 'running' : 'stopped';
  };
  const reach = async (wanted: ServiceState, argv: readonly string[], call: ServiceCall) => {
    const deadline = deadlineOf(call);
    if ((await state(call)) === wanted) return;
    if (wanted === 'stopped') await options.environment.note();
    const { code } = await run(argv, call, { outputFile: options.outputFile, starts: wanted === 'running' });
    if (code !== 0) throw new Error(`"${argv[0]}" ended with exit code ${code}`);
    const reached = await waitUntil(async () => (await state(call)) === wanted, call, deadline);
    if (!reached) throw new Error(`"${options.status[0]}" does not say ${wanted} within ${call.timeout} ms`);
  };
  return {
    kind: 'command',
    canStop: true,
    state,
    stop: (call) => attempt('stop-failed', options.unit, call, () => reach('stopped', options.stop, call)),
    start: (call) => attempt('start-failed', options.unit, call, () => reach('running', options.start, call)),
  };
}
