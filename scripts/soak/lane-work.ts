import type { Lane } from '../faults/field';
import { damage, digestOf } from '../faults/field/content';
import type { OpenField } from '../faults/field/open-field';
import { runJob } from './jobs';

/** What one database went through. */
export interface LaneStory {
  readonly lane: Lane;
  backups: number;
  restores: number;
  /** Seconds of each job. */
  readonly seconds: number[];
  /** Ids of backups whose jobs ended well. */
  readonly sealed: string[];
  /** Sentences about what should not be. */
  readonly wrong: string[];
}

export interface Share {
  readonly backups: number;
  readonly restores: number;
}

export function newStory(lane: Lane): LaneStory {
  return { lane, backups: 0, restores: 0, seconds: [], sealed: [], wrong: [] };
}

/** Backups one after the other; restores are spread among them, each of what was damaged before. Stops at the first restore that fails. */
export async function workOn(field: OpenField, story: LaneStory, share: Share): Promise<void> {
  for (let nth = 1; nth <= share.backups; nth++) {
    await backUp(field, story, nth);
    const due = Math.floor((nth * share.restores) / share.backups);
    while (story.restores < due) await restore(field, story);
  }
}

async function backUp(field: OpenField, story: LaneStory, nth: number): Promise<void> {
  const { name: database } = story.lane;
  const id = await timed(field, story, { type: 'backup', jobId: `${database}-soak-${nth}`, database });
  story.backups += 1;
  if (id !== undefined) story.sealed.push(id);
}

async function restore(field: OpenField, story: LaneStory): Promise<void> {
  const { lane, sealed } = story;
  story.restores += 1;
  const backupId = sealed.at(-1);
  if (backupId === undefined) return void story.wrong.push('there is no backup to restore');
  const content = lane.postgres.client(lane.database);
  await damage(content);
  const jobId = `${lane.name}-back-${story.restores}`;
  await timed(field, story, { type: 'restore', jobId, database: lane.name, backupId });
  const digest = await digestOf(content);
  if (digest !== lane.original) throw new Error(`after ${jobId} the content of ${lane.name} is "${digest}"`);
}

async function timed(
  field: OpenField,
  story: LaneStory,
  job: Parameters<typeof runJob>[1],
): Promise<string | undefined> {
  const began = Date.now();
  const outcome = await runJob(field, job);
  story.seconds.push((Date.now() - began) / 1_000);
  if (outcome.status === 'success') return outcome.result['backup-id'];
  story.wrong.push(`${job.jobId} failed: ${outcome.failure.code}: ${outcome.failure.message}`);
  return undefined;
}
