import type { LookAtRun } from '../../../src/agent/run-sight';
import { HoldfastError } from '../../../src/model/errors';
import { listCatalogue } from '../../../src/storage/catalogue';
import { findBackup } from '../../../src/storage/find-backup';
import type { Storage } from '../../../src/storage/storage';
import { Crash, faulty, Life } from './faulty';
import { checkAtTheEnd, Watch } from './invariants';
import { database, type ModelJob, runJob } from './job';
import { MemoryStore, storageOf } from './memory-store';
import { type Operations, real } from './operations';
import { randomOf, Turns } from './turns';

export interface World {
  readonly store: MemoryStore;
  readonly random: () => number;
  readonly operations: Operations;
  readonly jobs: readonly ModelJob[];
  readonly violations: string[];
  /** How likely a job gives up between two steps. */
  readonly failing: number;
  readonly lookAt: LookAtRun;
  /** The storage as one attempt of one worker sees it. */
  worker(): Storage;
}

/** Some jobs at once, with readers beside them, on a storage full of faults. Resolves to what was broken: nothing where all is well. */
export async function runWorld(seed: number, bug: Partial<Operations> = {}): Promise<readonly string[]> {
  const random = randomOf(seed);
  const turns = new Turns(random);
  const store = new MemoryStore();
  const [faults, crashes] = [random() * 0.3, random() * 0.05];
  const jobs = jobsOf(random);
  const violations: string[] = [];
  const worker = () => faulty(storageOf(store), { turns, random, life: new Life(), faults, crashes });
  const lookAt: LookAtRun = async (id) => {
    const job = jobs.find((each) => each.id === id);
    if (random() < 0.1) return { state: 'unreachable', reason: 'a fault of the test' };
    if (job === undefined) return { state: 'unknown' };
    return job.state === 'open' ? { state: 'open', steps: [] } : { state: 'closed', how: 'completed' };
  };
  const failing = random() * 0.3;
  const world: World = { store, random, operations: { ...real, ...bug }, jobs, violations, failing, lookAt, worker };
  const watch = new Watch(world);
  const works = [...jobs.map((job) => runJob(world, job)), ...[1, 2, 3].map(() => look(world))];
  await turns.run(works, () => watch.look());
  for (const end of await Promise.allSettled(works)) {
    if (end.status === 'rejected') violations.push(`a work failed of something unforeseen: ${String(end.reason)}`);
  }
  await checkAtTheEnd(world);
  return [...new Set(violations)];
}

/** Several in one second, and one of another cluster at times. */
function jobsOf(random: () => number): ModelJob[] {
  return Array.from({ length: 2 + Math.floor(random() * 4) }, (_, nth) => ({
    id: `job-${nth}`,
    at: new Date(Date.parse('2026-11-21T04:31:00Z') + 1_000 * Math.floor(random() * 2)),
    system: random() < 0.1 ? 'another' : 'ours',
    state: 'open' as const,
    cleaned: false,
    recorded: false,
  }));
}

/** Somebody lists the backups, asks for the latest and tidies up, while all of it goes on. */
async function look({ worker, store, violations, operations, lookAt }: World): Promise<void> {
  try {
    for (let nth = 0; nth < 3; nth++) await operations.sweep(worker(), database, lookAt, store.now);
    await listCatalogue(worker(), database);
    const { backupId } = await findBackup(worker(), database, 'latest');
    if (store.text(`${database}/backups/${backupId}/COMPLETE`) === undefined)
      violations.push(`the latest backup, ${backupId}, has no seal`);
  } catch (error) {
    const known =
      error instanceof HoldfastError && ['storage-network', 'backup-none', 'object-missing'].includes(error.code);
    if (!known && !(error instanceof Crash)) throw error;
  }
}
