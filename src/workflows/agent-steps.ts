import type { AgentActivities } from '../activities/contract';
import type { Phase } from '../model/job-state';
import type { StepKind } from './proxies';

/** The steps that a job runs on its unit's agent. */
export type AgentStep = Exclude<keyof AgentActivities, 'diagnose'>;

/** What a step needs beyond the plan, the hold and the run, which every step gets. */
export type StepInput<S extends AgentStep> = Omit<Parameters<AgentActivities[S]>[0], 'plan' | 'hold' | 'runId'>;
export type StepOutput<S extends AgentStep> = Awaited<ReturnType<AgentActivities[S]>>;

/** What a step is, to the clock and to people. */
export interface StepTraits {
  readonly kind: StepKind;
  readonly phase: Phase;
  /** Shown in the Web UI, at most 200 bytes. */
  readonly summary: string;
}

/** Every step, as it is used most; a workflow may say otherwise where it calls one. */
export const agentSteps: Readonly<Record<AgentStep, StepTraits>> = {
  checkDatabase: { kind: 'check', phase: 'checking', summary: 'check the database, its tools and the space' },
  checkStorage: { kind: 'check', phase: 'checking', summary: 'probe the storage and claim the repository' },
  runHook: { kind: 'hook', phase: 'checking', summary: 'run a hook' },
  stopDatabase: { kind: 'service', phase: 'stopping', summary: 'stop the database' },
  fenceDatabase: { kind: 'service', phase: 'stopping', summary: 'block new connections' },
  runDump: { kind: 'work', phase: 'dumping', summary: 'copy the data' },
  startDatabase: { kind: 'recover', phase: 'starting', summary: 'start the database' },
  unfenceDatabase: { kind: 'recover', phase: 'starting', summary: 'allow new connections again' },
  checkHealth: { kind: 'recover', phase: 'starting', summary: 'check that the database is healthy' },
  uploadArtefacts: { kind: 'work', phase: 'uploading', summary: 'upload the artefacts' },
  uploadLogs: { kind: 'store', phase: 'uploading', summary: 'upload the log' },
  sealBackup: { kind: 'store', phase: 'sealing', summary: 'seal the backup: manifest, then completion marker' },
  cleanSpool: { kind: 'tidy', phase: 'finishing', summary: 'clean the spool' },
  loadBackup: { kind: 'work', phase: 'loading', summary: 'fetch, verify and load beside the live data' },
  discardLoaded: { kind: 'tidy', phase: 'finishing', summary: 'discard what was loaded' },
  swapDatabase: { kind: 'service', phase: 'swapping', summary: 'swap the restored data in' },
  swapBack: { kind: 'recover', phase: 'swapping', summary: 'swap the old data back in' },
  compareDatabase: { kind: 'work', phase: 'comparing', summary: 'compare with the manifest' },
  dropPrevious: { kind: 'tidy', phase: 'finishing', summary: 'drop the data set aside' },
  tryLoad: { kind: 'work', phase: 'loading', summary: 'load it for a trial, compare, and throw it away' },
  verifyBackup: { kind: 'reading', phase: 'verifying', summary: 'read the backup back and check every byte' },
};
