import Table from 'cli-table3';
import type { LaneStory } from './lane-work';
import { type MemoryFigures, medianOf } from './memory';

export interface SoakEnd {
  readonly stories: readonly LaneStory[];
  readonly troubles: ReadonlyMap<string, number>;
  readonly agent: MemoryFigures;
  readonly control: MemoryFigures;
  readonly minutes: number;
}

/** Whether nothing is wrong, nothing left over, and no worker grew. */
export function isGood({ stories, agent, control }: SoakEnd): boolean {
  return stories.every(({ wrong }) => wrong.length === 0) && agent.flat !== false && control.flat !== false;
}

export function describeSoak(end: SoakEnd): string {
  const plain = { style: { head: [], border: [] } };
  const databases = new Table({
    head: ['database', 'kind', 'backups', 'restores', 'seconds: median', 'longest', 'wrong'],
    ...plain,
  });
  for (const { lane, backups, restores, seconds, wrong } of end.stories) {
    const times = [medianOf(seconds).toFixed(1), Math.max(0, ...seconds).toFixed(1)];
    databases.push([lane.name, lane.scenario, backups, restores, ...times, wrong.length]);
  }
  const faults = new Table({ head: ['fault', 'times'], ...plain });
  for (const row of end.troubles) faults.push([...row]);
  const memory = new Table({ head: ['worker', 'watched', 'start', 'median', 'end', 'flat'], ...plain });
  memory.push(memoryRow('agent', end.agent), memoryRow('control', end.control));
  const wrong = end.stories.flatMap((story) => story.wrong.map((sentence) => `WRONG ${story.lane.name}: ${sentence}`));
  const left = wrong.length === 0 ? 'nothing is left over, nothing is wrong' : wrong.join('\n');
  return [databases, faults, memory, left, `${end.minutes.toFixed(1)} minutes`].map(String).join('\n');
}

function memoryRow(name: string, { seconds, start, median, end, flat }: MemoryFigures): string[] {
  const mib = [start, median, end].map((value) => `${value} MiB`);
  return [name, `${seconds} s`, ...mib, flat === undefined ? 'too short to tell' : flat ? 'yes' : 'NO'];
}
