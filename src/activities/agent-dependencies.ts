import type { Books } from '../agent/books';
import type { HookGroups } from '../agent/hook-groups';
import type { Register } from '../agent/register';
import type { LookAtRun } from '../agent/run-sight';
import type { Spool } from '../agent/spool';
import type { WithUnit } from '../agent/with-unit';
import type { Config } from '../config/schema';
import type { Engines } from './configured';
import type { Gate } from './gate';
import type { Storages } from './storages';
import type { WithWorkFolder } from './work-folder';

/** What the steps of one agent work with. */
export interface AgentDependencies {
  readonly config: Config;
  readonly agentName: string;
  readonly engines: Engines;
  readonly storages: Storages;
  readonly books: Books;
  readonly spool: Spool;
  readonly register: Register;
  readonly hookGroups: HookGroups;
  readonly gate: Gate;
  readonly withUnit: WithUnit;
  readonly withWorkFolder: WithWorkFolder;
  /** What Temporal says of a run. */
  readonly lookAt: LookAtRun;
  /** Looks now at what jobs have left behind; resolves when what could be undone is undone. */
  readonly lookAround: () => Promise<void>;
  /** Called when an attempt has left its work behind. */
  readonly onDetached: () => void;
}
