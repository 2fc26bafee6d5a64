import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Spot } from '../fault';
import type { Ground } from '../field';
import type { S3Condition } from '../parts/s3-proxy';
import { type StoreLaid, storeInParts, storeInPieces } from '../parts/store-ground';
import { untilEnded } from '../parts/until-ended';
import { isBeforeWorkOf } from '../spots';

/** Steps that ask something of the store, or come right before one that does. */
const steps = [
  ...['planBackup', 'planRestore', 'checkStorage', 'runDump', 'uploadArtefacts', 'loadBackup', 'startDatabase'],
  ...['swapDatabase', 'compareDatabase', 'uploadLogs', 'sealBackup', 'cleanSpool', 'recordJob'],
];

interface StoreFault {
  readonly name: string;
  readonly title: string;
  readonly condition: S3Condition;
  /** Milliseconds until it is well again; if absent, when all jobs have ended. */
  readonly lasts?: number;
}

function storeFault(
  { name, title, condition, lasts }: StoreFault,
  ground: Ground<StoreLaid>,
): Omit<Fault, 'strikesAt' | 'expect'> {
  return {
    name,
    title,
    ground,
    strike: (field) => field.laid(ground).proxy.become(condition),
    heal: async (field, parked) => {
      if (lasts === undefined) await untilEnded(field, parked);
      else await sleep(lasts);
      await field.laid(ground).proxy.become({ kind: 'well' });
    },
    tidy: (_, field) => field.laid(ground).proxy.become({ kind: 'well' }),
  };
}

function passing(fault: StoreFault): Fault {
  return {
    ...storeFault(fault, storeInParts),
    strikesAt: ({ step }) => steps.includes(step),
    expect: () => ({ ending: 'success' }),
  };
}

const MiB = 2 ** 20;

export const storeDown = passing({
  name: 's3-down',
  title: 'S3 down for 20 s',
  condition: { kind: 'down' },
  lasts: 20_000,
});

export const storeErring = passing({
  name: 's3-erring',
  title: 'S3 answering 500 and 503 at random (10 %)',
  condition: { kind: 'erring', probability: 0.1, seed: 20_261_121 },
});

/** Longer than the patience with a silent connection. */
export const storeHanging = passing({
  name: 's3-hanging',
  title: 'S3 hanging for 70 s',
  condition: { kind: 'hanging' },
  lasts: 70_000,
});

export const storeSlow = passing({
  name: 's3-slow',
  title: 'S3 slow (4 MiB/s for all)',
  condition: { kind: 'slow', bytesPerSecond: 4 * MiB },
});

/** What may not be used any more fails the job at once: nobody waits for it to pass. */
function lasting(fault: StoreFault, code: string): Fault {
  const tookAt = new Map<string, number>();
  const base = storeFault(fault, storeInPieces);
  return {
    ...base,
    strikesAt: (spot) => steps.includes(spot.step) && !isOver(spot),
    heal: async (field, parked) => {
      const took = await untilEnded(field, parked);
      for (const { jobId } of parked) tookAt.set(jobId, took);
      await field.laid(storeInPieces).proxy.become({ kind: 'well' });
    },
    expect: (cell) => ({ ...endOf(cell, code), log: 'perhaps', record: 'perhaps' }),
    also: async (_, { jobId }) => {
      const took = tookAt.get(jobId) ?? 0;
      return took < atOnce ? [] : [`the jobs took ${Math.round(took / 1000)} s to end, which is not at once`];
    },
  };
}

/** With many jobs side by side on few cores. */
const atOnce = 90_000;

/** Where the store is only told afterwards what happened, its trouble changes nothing. */
function isOver({ step }: Spot): boolean {
  return step === 'cleanSpool' || step === 'recordJob';
}

function endOf(spot: Spot, code: string): { ending: 'success' | readonly string[]; or?: 'success' } {
  if (spot.scenario.startsWith('restore')) {
    return isBeforeWorkOf(spot, 'loadBackup') ? { ending: [code] } : { ending: [code], or: 'success' };
  }
  if (isBeforeWorkOf(spot, 'uploadLogs')) return { ending: [code, 'log-upload-failed'] };
  return { ending: [code, 'log-upload-failed'], or: 'success' };
}

export const storeDenied = lasting(
  { name: 's3-denied', title: 'S3: access denied in the middle', condition: { kind: 'denying' } },
  'storage-credentials',
);

export const storeWithoutBucket = lasting(
  { name: 's3-bucket-gone', title: 'S3: bucket gone in the middle', condition: { kind: 'without-bucket' } },
  'storage-bucket',
);
