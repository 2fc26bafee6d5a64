import { setTimeout as sleep } from 'node:timers/promises';
import type { Field } from '../faults/field';
import { seededRandom } from '../faults/parts/seeded';
import { storeInPieces } from '../faults/parts/store-ground';

interface Trouble {
  readonly name: string;
  /** Everything is as before when it resolves. */
  strike(field: Field): Promise<void>;
  /** Only at first, so that one life of each worker is long enough to be measured. */
  readonly endsWorker?: boolean;
}

const troubles: readonly Trouble[] = [
  {
    name: 'agent killed, back after 1 s',
    endsWorker: true,
    strike: async ({ agent }) => {
      await agent.kill9();
      await sleep(1_000);
      await agent.start();
    },
  },
  {
    name: 'control worker killed, back after 1 s',
    endsWorker: true,
    strike: async ({ control }) => {
      await control.kill9();
      await sleep(1_000);
      await control.start();
    },
  },
  {
    name: 'Temporal killed, back after 2 s',
    strike: async ({ temporal }) => {
      await temporal.kill9();
      await sleep(2_000);
      await temporal.restart();
    },
  },
  {
    name: 'S3 killed, back after 3 s',
    strike: async ({ s3 }) => {
      await s3.kill9();
      await sleep(3_000);
      await s3.restart();
    },
  },
  {
    name: 'S3 answers 10 % with 500 and 503 for 10 s',
    strike: async (field) => {
      const { proxy } = field.laid(storeInPieces);
      await proxy.become({ kind: 'erring', probability: 0.1, seed: 1 });
      await sleep(10_000);
      await proxy.become({ kind: 'well' });
    },
  },
];

export interface Troubled {
  /** How often each was struck. */
  readonly counts: ReadonlyMap<string, number>;
  /** Resolves when everything is as before. Rejects where something did not come back. */
  stop(): Promise<void>;
}

const pause = { least: 8_000, most: 25_000 };

/** Strikes again and again, at random, the same for the same seed. `calmer` keeps off what ends a worker. */
export function makeTrouble(field: Field, seed: number, calmer: () => boolean): Troubled {
  const random = seededRandom(seed);
  const counts = new Map<string, number>(troubles.map(({ name }) => [name, 0]));
  const stopping = new AbortController();
  const strikes = async () => {
    for (;;) {
      const length = pause.least + random() * (pause.most - pause.least);
      await sleep(length, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      const possible = troubles.filter(({ endsWorker }) => !endsWorker || !calmer());
      const trouble = possible[Math.floor(random() * possible.length)];
      if (trouble === undefined) return;
      await trouble.strike(field);
      counts.set(trouble.name, (counts.get(trouble.name) ?? 0) + 1);
    }
  };
  const running = strikes();
  running.catch(() => {}); // told by `stop`
  return {
    counts,
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}
