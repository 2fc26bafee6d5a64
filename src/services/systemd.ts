import { wholeLines } from '../pipeline/whole-lines';
import { attempt } from './attempt';
import type { Service, ServiceCall, ServiceState } from './service';
import { runServiceTool, type ToolEnd } from './service-tool';
import { deadlineOf, waitUntil } from './wait-until';

export interface SystemdOptions {
  readonly unit: string;
  /** Name of the systemd unit. */
  readonly systemdUnit: string;
  /** Where systemctl is looked for; the worker's own PATH if absent. */
  readonly path?: string;
}

/** ActiveState of systemd; what is missing here is on its way to another state. */
const states: Readonly<Record<string, ServiceState>> = {
  active: 'running',
  reloading: 'running',
  refreshing: 'running',
  inactive: 'stopped',
  failed: 'stopped',
};

interface UnitState {
  readonly load: string;
  readonly active: string;
}

/** A systemd unit. systemctl waits for the job that it queues, never asks for a password, and what it says is checked afterwards. */
export function systemdService(options: SystemdOptions): Service {
  const systemctl = (args: readonly string[], call: ServiceCall): Promise<ToolEnd> =>
    runServiceTool(
      {
        program: 'systemctl',
        telling: wholeLines,
        args: ['--no-ask-password', '--no-pager', ...args],
        env: options.path === undefined ? undefined : { PATH: options.path },
      },
      call,
    );
  const look = async (call: ServiceCall): Promise<UnitState> => {
    const quiet = { ...call, log: silent };
    const { code, output, told } = await systemctl(
      ['show', '--property=LoadState,ActiveState', '--', options.systemdUnit],
      quiet,
    );
    if (code !== 0) throw new Error(`systemctl show ended with exit code ${code}: ${told}`);
    const found = { load: propertyOf(output, 'LoadState'), active: propertyOf(output, 'ActiveState') };
    if (found.load === 'not-found') throw new Error(`systemd knows no unit "${options.systemdUnit}"`);
    return found;
  };
  /** The state once the unit is not on its way any more; as it is, when the time is over. */
  const settled = async (call: ServiceCall, deadline: number): Promise<UnitState> => {
    let last: UnitState = { load: '', active: '' };
    await waitUntil(
      async () => {
        last = await look(call);
        return states[last.active] !== undefined;
      },
      call,
      deadline,
    );
    return last;
  };
  const reach = async (wanted: ServiceState, action: 'stop' | 'start', call: ServiceCall) => {
    const deadline = deadlineOf(call);
    const before = await settled(call, deadline);
    if (states[before.active] === wanted) return;
    // A unit that failed too often refuses to start until this is forgotten.
    if (action === 'start' && before.active === 'failed')
      await systemctl(['reset-failed', '--', options.systemdUnit], call);
    const { code, told } = await systemctl([action, '--', options.systemdUnit], call);
    const after = await settled(call, deadline);
    if (states[after.active] === wanted) return;
    await systemctl(['status', '--lines=20', '--', options.systemdUnit], call);
    throw new Error(`systemctl ${action} ended with exit code ${code}, the unit is ${after.active}: ${told}`);
  };
  return {
    kind: 'systemd',
    canStop: true,
    state: async (call) => states[(await settled(call, deadlineOf(call))).active] ?? 'unknown',
    stop: (call) => attempt('stop-failed', options.unit, call, () => reach('stopped', 'stop', call)),
    start: (call) => attempt('start-failed', options.unit, call, () => reach('running', 'start', call)),
  };
}

const silent = { line: () => {} };

function propertyOf(output: string, name: string): string {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(output)?.[1] ?? '';
}
