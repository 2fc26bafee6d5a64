import type { OpenUnit } from '../../src/agent/open-unit';
import type { DatabaseConfig, UnitConfig } from '../../src/config/database-schema';
import type { Engine, FenceState } from '../../src/engines/engine';
import { failure } from '../../src/model/errors';
import type { Service } from '../../src/services/service';
import { memoryLog } from '../pipeline/memory-log';

/** A database that is a handful of variables, and remembers in order what was done to it. */
export interface ScriptedUnit {
  running: boolean;
  /** Who may connect; `blocked` while fenced. */
  connections: 'open' | 'blocked';
  inService: 'old data' | 'new data' | 'nothing';
  loaded: boolean;
  /** Names of calls that fail, each as often as it is listed. */
  readonly failing: string[];
  readonly calls: string[];
  readonly log: ReturnType<typeof memoryLog>;
  open(signal?: AbortSignal): OpenUnit;
}

export function scriptedUnit(name = 'shop/0'): ScriptedUnit {
  const log = memoryLog();
  const unit: ScriptedUnit = {
    running: true,
    connections: 'open',
    inService: 'old data',
    loaded: false,
    failing: [],
    calls: [],
    log,
    open: (signal = new AbortController().signal) => ({
      engine: engineOf(unit),
      context: contextOf(unit, name, signal),
    }),
  };
  return unit;
}

function called(unit: ScriptedUnit, call: string): void {
  unit.calls.push(call);
  const place = unit.failing.indexOf(call);
  if (place < 0) return;
  unit.failing.splice(place, 1);
  throw failure('start-failed', { unit: 'shop/0', reason: `${call} fails as the test asked` });
}

function contextOf(unit: ScriptedUnit, name: string, signal: AbortSignal): OpenUnit['context'] {
  return {
    name: 'shop',
    config: {} as DatabaseConfig,
    unit: { name } as UnitConfig,
    password: undefined,
    service: serviceOf(unit),
    workFolder: '/nowhere',
    signal,
    log: unit.log,
    report: () => {},
  };
}

function serviceOf(unit: ScriptedUnit): Service {
  return {
    kind: 'scripted',
    canStop: true,
    state: async () => (unit.running ? 'running' : 'stopped'),
    stop: async () => {
      called(unit, 'stop');
      unit.running = false;
    },
    start: async () => {
      called(unit, 'start');
      if (unit.inService === 'nothing') throw failure('start-failed', { unit: 'shop/0', reason: 'there is no data' });
      unit.running = true;
    },
  };
}

function engineOf(unit: ScriptedUnit): Engine {
  const parts: Partial<Engine> = {
    name: 'scripted',
    methods: {},
    readFence: async (): Promise<FenceState> => ({ limit: unit.connections === 'open' ? -1 : 0 }),
    fence: async (_context, _state, drain) => {
      called(unit, drain ? 'fence and drain' : 'fence');
      unit.connections = 'blocked';
    },
    unfence: async (_context, { limit }) => {
      called(unit, 'unfence');
      unit.connections = limit === -1 ? 'open' : 'blocked';
    },
    isDown: async () => !unit.running,
    checkHealth: async () => {
      called(unit, 'checkHealth');
      if (!unit.running) throw failure('health-failed', { database: 'shop', reason: 'it is down' });
    },
    swap: async () => {
      called(unit, 'swap');
      unit.inService = 'new data';
      unit.loaded = false;
      return 'previous';
    },
    swapBack: async () => {
      called(unit, 'swapBack');
      if (unit.inService !== 'old data') unit.loaded = true;
      unit.inService = 'old data';
    },
    discardLoaded: async () => {
      called(unit, 'discardLoaded');
      unit.loaded = false;
    },
  };
  return parts as Engine;
}
