import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { AgentReport } from '../agent/agent-report';
import { openBooks } from '../agent/books';
import { HookGroups } from '../agent/hook-groups';
import { Register } from '../agent/register';
import { lookThrough } from '../agent/run-sight';
import { Spool } from '../agent/spool';
import { Watchdog } from '../agent/watchdog';
import type { Config } from '../config/schema';
import { engines as allEngines } from '../engines/registry';
import type { AgentDependencies } from './agent-dependencies';
import { type Engines, findAgent } from './configured';
import { Gate } from './gate';
import { settleLeftBehind } from './left-behind';
import { openStorages } from './storages';
import { openUnits } from './units';
import { workFolders } from './work-folder';

export interface AgentParts {
  readonly config: Config;
  readonly agentName: string;
  /** Used to ask about jobs, never inside a step; undefined as long as there is no connection. */
  readonly getClient: () => Client | undefined;
  readonly report: AgentReport;
  readonly countRescue: (database: string) => void;
  /** Those of the registry if absent. */
  readonly engines?: Engines;
  /** Milliseconds between two looks of the watchdog. */
  readonly watchEvery?: number;
}

export interface AgentInside extends AgentDependencies {
  readonly watchdog: Watchdog;
}

/** Puts together what one agent works with. Nothing is started, read or written yet. Throws `agent-unknown`. */
export function createAgentDependencies(parts: AgentParts): AgentInside {
  const { config, agentName, getClient, report, countRescue, engines = allEngines, watchEvery } = parts;
  const { state, spool: spoolFolder = join(state, 'spool'), 'max-parallel': places } = findAgent(config, agentName);
  const spool = new Spool(spoolFolder);
  const books = openBooks(state, report);
  const register = new Register();
  const withWorkFolder = workFolders(spool);
  const withUnit = openUnits({ config, agentName, engines, withWorkFolder });
  const lookAt = lookThrough(getClient);
  const storages = openStorages(config, spoolFolder);
  const watchdog = new Watchdog({
    ...{ books, register, spool, lookAt, withUnit, report, countRescue },
    settleFolder: settleLeftBehind(storages),
    every: watchEvery,
  });
  return {
    ...{ config, agentName, engines, books, spool, register, withWorkFolder, withUnit, watchdog },
    storages,
    hookGroups: new HookGroups(state),
    gate: new Gate(places),
    lookAt,
    lookAround: () => watchdog.round(),
    onDetached: () => watchdog.poke(),
  };
}
