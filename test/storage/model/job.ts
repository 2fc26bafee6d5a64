import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { HoldfastError } from '../../../src/model/errors';
import type { Manifest } from '../../../src/model/manifest';
import { storeStream } from '../../../src/pipeline/store-stream';
import { repositoryKeys } from '../../../src/storage/layout';
import type { Storage } from '../../../src/storage/storage';
import { jobRecord, manifestOf } from '../repository-samples';
import { Crash } from './faulty';
import type { World } from './world';

export const database = 'shop';

export interface ModelJob {
  readonly id: string;
  readonly at: Date;
  /** Of the cluster that it backs up; only one may use the repository. */
  readonly system: string;
  state: 'open' | 'closed';
  backupId?: string;
  outcome?: 'success' | 'error';
  /** What it left was removed, as far as it knows. */
  cleaned: boolean;
  recorded: boolean;
}

class GivenUp extends Error {}

/** A backup as the workflow orders it: every step is tried again, by the same worker or the next one, and a job that fails cleans up. */
export async function runJob(world: World, job: ModelJob): Promise<void> {
  const { operations, random } = world;
  const perhapsFail = () => {
    if (random() < world.failing) throw new GivenUp('the job is cancelled, or its tool fails');
  };
  try {
    await attempt(world, (storage) => operations.claim(storage, database, job.system, job.at));
    const reserve = { database, jobId: job.id, at: job.at };
    job.backupId = await attempt(world, (storage) => operations.reserve(storage, reserve));
    await attempt(world, (storage) => operations.sweep(storage, database, world.lookAt, world.store.now));
    perhapsFail();
    const plan = { database, backupId: job.backupId };
    /** An attempt at the dump that was given up for dead begins with its cleaning. */
    const wakeUp = async (likely: number) => {
      if (random() < likely) await attempt(world, (storage) => operations.drop(storage, plan));
    };
    const manifest = await attempt(world, async (storage) => {
      await operations.drop(storage, plan);
      return dump(storage, job, plan.backupId);
    });
    perhapsFail();
    await wakeUp(0.1);
    await attempt(world, (storage) =>
      storage.put(logOf(plan.backupId), 'began\n2026-11-21T00:00:00Z holdfast success\n'),
    );
    await attempt(world, (storage) => operations.seal(storage, manifest));
    job.outcome = 'success';
    await wakeUp(0.3).catch(() => {});
  } catch (error) {
    if (!isExpected(error)) throw error;
    job.outcome = 'error';
    await cleanUp(world, job).catch((left) => {
      if (!isExpected(left)) throw left;
    });
  }
  await record(world, job).catch((error) => {
    if (!isExpected(error)) throw error;
  });
  job.state = 'closed';
}

async function dump(storage: Storage, job: ModelJob, backupId: string): Promise<Manifest> {
  const keys = repositoryKeys(database).backup(backupId);
  const sample = manifestOf(database, backupId, { 'job-id': job.id });
  const artefacts: Manifest['artefacts'] = [];
  for (const artefact of sample.artefacts) {
    const content = Buffer.from(`${artefact.path} of ${job.id}`);
    const begin = () => ({
      stream: Readable.from([content]),
      produced: Promise.resolve(),
      stop: () => {},
      counted: () => content.length,
    });
    const { sha256 } = await storeStream(storage, keys.artefact(artefact.path), begin, { signal: never });
    artefacts.push({ ...artefact, bytes: content.length, 'stored-bytes': content.length, sha256 });
  }
  await storage.put(keys.facts, JSON.stringify(sample.facts));
  return { ...sample, artefacts };
}

async function cleanUp(world: World, job: ModelJob): Promise<void> {
  const { backupId } = job;
  if (backupId === undefined) return;
  const log = '2026-11-21T00:00:00Z holdfast ERROR it failed\n';
  await attempt(world, (storage) => storage.put(logOf(backupId), log));
  await attempt(world, (storage) => world.operations.drop(storage, { database, backupId }));
  job.cleaned = true;
}

async function record(world: World, job: ModelJob): Promise<void> {
  const { id, outcome = 'error', backupId } = job;
  const result = { 'job-type': 'backup', status: outcome, 'backup-id': backupId, message: 'it failed' };
  const own = jobRecord(database, id, result);
  const stays = await attempt(world, (storage) => world.operations.record(storage, own));
  job.recorded = true;
  if (JSON.stringify(stays.result) !== JSON.stringify(own.result))
    world.violations.push(`${id} is recorded as another`);
  // Run again after its answer was lost, with a result that came out otherwise.
  const late = { ...own, result: { ...own.result, message: 'another' } };
  await attempt(world, (storage) => world.operations.record(storage, late));
  if (outcome === 'error' && backupId !== undefined)
    await attempt(world, (storage) => world.operations.release(storage, database, backupId));
}

/** One step with its retries. Rejects with what is not tried again, or when it was tried often enough. */
async function attempt<T>(world: World, step: (storage: Storage) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await step(world.worker());
    } catch (error) {
      const again = error instanceof Crash || (error instanceof HoldfastError && error.retried);
      if (!again || tries === 8) throw error;
    }
  }
}

function isExpected(error: unknown): boolean {
  return error instanceof GivenUp || error instanceof Crash || error instanceof HoldfastError;
}

const never = new AbortController().signal;
const logOf = (backupId: string) => repositoryKeys(database).backup(backupId).log;

export const digest = (content: Buffer) => createHash('sha256').update(content).digest('hex');
