import type { Fault, Parked } from '../fault';
import type { Lane } from '../field';
import { stepsDone } from '../history';
import { flipByte, largestArtefact } from '../parts/flip-byte';
import { isBeforeWorkOf } from '../spots';

/** By the folder of the lane: lanes of several fields have the same names. */
const flipped = new Map<string, string>();

async function flip(lane: Lane): Promise<void> {
  const path = await largestArtefact(lane.repositoryFolder, lane.backupId ?? '');
  await flipByte(path);
  flipped.set(lane.folder, path);
}

async function flipBack({ folder }: Lane): Promise<void> {
  const path = flipped.get(folder);
  if (path !== undefined) await flipByte(path);
  flipped.delete(folder);
}

const touching = ['stopDatabase', 'fenceDatabase', 'swapDatabase'];

export const byteFlipped: Fault = {
  name: 'byte-flipped',
  title: 'one byte of an artefact flipped on the store',
  strikesAt: (spot) => spot.scenario.startsWith('restore') && isBeforeWorkOf(spot, 'loadBackup'),
  strike: async (_, parked) => {
    await Promise.all(parked.map(({ lane }) => flip(lane)));
  },
  expect: () => ({ ending: ['backup-corrupt'] }),
  also: async ({ client }, { jobId }: Parked) => {
    const done = stepsDone(await client.workflow.getHandle(jobId).fetchHistory());
    const touched = done.filter((step) => touching.includes(step));
    return touched.length === 0 ? [] : [`the database was touched: ${touched.join(', ')}`];
  },
  tidy: flipBack,
};
