import type { AgentActivities } from './contract';

/** What of a plan an agent holds against its own configuration before it takes a step. */
export interface StepRule {
  /**
   * `whole`: everything that decides over what is touched. `own`: only that it is this job's and this agent's; for what puts right or tidies, which goes by
   * the agent's own books and must be possible also where the configuration has changed since.
   */
  readonly confirms: 'whole' | 'own';
  /** It reads or writes the job's place on the storage. */
  readonly place?: boolean;
  /** The database must be the job's alone: `always`, or where it is out of service for a copy. */
  readonly exclusive?: 'always' | 'closed';
  /** It changes what is live. */
  readonly inPlace?: boolean;
  /** Asked for by a workflow that outlives the job. */
  readonly afterwards?: boolean;
}

export const stepRules: Readonly<Record<Exclude<keyof AgentActivities, 'diagnose'>, StepRule>> = {
  checkDatabase: { confirms: 'whole' },
  checkStorage: { confirms: 'whole', place: true },
  runHook: { confirms: 'whole' },
  stopDatabase: { confirms: 'whole', exclusive: 'always' },
  fenceDatabase: { confirms: 'whole', exclusive: 'always' },
  runDump: { confirms: 'whole', place: true, exclusive: 'closed' },
  startDatabase: { confirms: 'own' },
  unfenceDatabase: { confirms: 'own' },
  checkHealth: { confirms: 'own' },
  uploadArtefacts: { confirms: 'whole', place: true },
  uploadLogs: { confirms: 'own', place: true },
  sealBackup: { confirms: 'whole', place: true },
  cleanSpool: { confirms: 'own' },
  loadBackup: { confirms: 'whole', place: true, exclusive: 'always' },
  discardLoaded: { confirms: 'own' },
  swapDatabase: { confirms: 'whole', exclusive: 'always', inPlace: true },
  swapBack: { confirms: 'own', exclusive: 'always', inPlace: true },
  compareDatabase: { confirms: 'whole', place: true },
  dropPrevious: { confirms: 'whole', inPlace: true, afterwards: true },
  verifyBackup: { confirms: 'whole', place: true },
  tryLoad: { confirms: 'whole', place: true },
};
