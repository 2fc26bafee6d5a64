import type { Ended } from '../faults/ended';
import type { Fault } from '../faults/fault';
import { digestOf } from '../faults/field/content';
import type { OpenField } from '../faults/field/open-field';
import { sealedBackups } from '../faults/field/sealed-backups';
import { judge } from '../faults/judge';
import { doesNotVerify } from '../faults/parts/does-not-verify';
import { runJob } from './jobs';
import type { LaneStory } from './lane-work';

const calm: Fault = {
  name: 'soak',
  title: 'soak',
  strikesAt: () => false,
  expect: () => ({ ending: 'success' }),
};

/** One more backup of each database when all is quiet: then every invariant must hold for it, and the catalogue be what the jobs said. */
export async function lookForLeftovers(field: OpenField, stories: readonly LaneStory[]): Promise<void> {
  for (const story of stories) story.wrong.push(...(await wrongWithCatalogue(field, story)));
  const ended = await Promise.all(stories.map((story) => lastBackup(field, story)));
  const results = await judge(field, calm, ended);
  results.forEach(({ wrong }, place) => void stories[place]?.wrong.push(...wrong));
  for (const story of stories) story.wrong.push(...(await wrongWithSample(field, story)));
}

async function lastBackup(field: OpenField, { lane }: LaneStory): Promise<Ended> {
  const jobId = `${lane.name}-soak-last`;
  const digest = await digestOf(lane.postgres.client(lane.database));
  const sealed = (await sealedBackups(field, lane.name)).map(({ id }) => id);
  const outcome = await runJob(field, { type: 'backup', jobId, database: lane.name });
  const handle = field.client.workflow.getHandle(jobId);
  const [{ status }, history] = [await handle.describe(), await handle.fetchHistory()];
  const cell = { fault: calm.name, scenario: lane.scenario, step: 'none', moment: 'after' } as const;
  const before = { digest, sealed };
  return { cell, lane, jobId, before, expectation: calm.expect(cell), status: status.name, outcome, history };
}

async function wrongWithCatalogue(field: OpenField, { lane, sealed }: LaneStory): Promise<string[]> {
  const listed = (await sealedBackups(field, lane.name)).map(({ id }) => id);
  const missing = sealed.filter((id) => !listed.includes(id));
  const more = listed.filter((id) => !sealed.includes(id));
  return [
    ...(missing.length === 0 ? [] : [`not listed: ${missing.join(', ')}`]),
    ...(more.length === 0 ? [] : [`listed, and no job says so: ${more.join(', ')}`]),
  ];
}

/** The first one, and one from the middle: to read all of them would take as long as to make them. */
async function wrongWithSample({ client }: OpenField, { lane, sealed }: LaneStory): Promise<string[]> {
  const sample = [sealed[0], sealed[Math.floor(sealed.length / 2)]].filter((id) => id !== undefined);
  const verdicts = await Promise.all(sample.map((id) => doesNotVerify(client, lane.name, id)));
  return verdicts.filter((verdict) => verdict !== undefined);
}
