import type { Fault } from '../fault';
import type { Field } from '../field';
import { smallClusters, smallSpool } from '../parts/space-ground';
import { untilEnded } from '../parts/until-ended';

const MiB = 2 ** 20;

/** Checked for space already, and taken by somebody else since. */
export const spoolFull: Fault = {
  name: 'spool-full',
  title: 'spool full',
  ground: smallSpool,
  strikesAt: ({ scenario, step, moment }) =>
    scenario === 'cold' &&
    ((step === 'runDump' && moment !== 'after') || (step === 'stopDatabase' && moment === 'after')),
  strike: (field) => field.laid(smallSpool).spool.fill(0),
  heal: async (field, parked) => {
    await untilEnded(field, parked);
    await field.laid(smallSpool).spool.clear();
  },
  expect: () => ({ ending: ['dump-failed', 'space-short'] }),
  tidy: (_, field) => field.laid(smallSpool).spool.clear(),
};

/** The running server has its room to write; a second copy has not. */
const leaving = 12 * MiB;

export const targetFull: Fault = {
  name: 'target-full',
  title: 'target directory full in a restore',
  ground: smallClusters,
  strikesAt: ({ scenario, step, moment }) => scenario === 'restore-cold' && step === 'loadBackup' && moment !== 'after',
  strike: async (field, parked) => {
    for (const { lane } of parked) await clusterOf(field, lane.name).fill(leaving);
  },
  heal: async (field, parked) => {
    await untilEnded(field, parked);
  },
  expect: () => ({ ending: ['load-failed', 'space-short'] }),
  /** Before room is made again: what was loaded in vain is gone. */
  also: async (field, { lane }) => {
    const free = await clusterOf(field, lane.name).freeBytes();
    return free > leaving - 2 * MiB ? [] : [`only ${free} bytes are free of the ${leaving} before the restore`];
  },
  tidy: (lane, field) => field.laid(smallClusters).clusters.get(lane.name)?.clear() ?? Promise.resolve(),
};

function clusterOf(field: Field, lane: string) {
  const small = field.laid(smallClusters).clusters.get(lane);
  if (small === undefined) throw new Error(`lane ${lane} has no file system of its own`);
  return small;
}
