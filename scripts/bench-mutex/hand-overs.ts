import type { Stay } from './party';
import type { Ring } from './ring';

export interface Load {
  readonly locks: number;
  /** Of each lock. */
  readonly parties: number;
  /** Of each party. */
  readonly rounds: number;
}

export interface Speed extends Load {
  readonly handOvers: number;
  /** From the first hold to the last. */
  readonly seconds: number;
  /** From a holder's wish to give its hold back to the next one's having it, in milliseconds, the shortest first. */
  readonly gaps: readonly number[];
}

let measured = 0;

/** Lets parties fight over locks, each of which always has somebody waiting until near the end. */
export async function measureHandOvers(ring: Ring, load: Load): Promise<Speed> {
  const name = `bench-${++measured}`;
  const chains = await Promise.all(Array.from({ length: load.locks }, (_, nth) => fight(ring, `${name}-${nth}`, load)));
  const stays = chains.flat();
  const began = Math.min(...stays.map(({ from }) => from));
  const ended = Math.max(...stays.map(({ from }) => from));
  const gaps = chains.flatMap((chain) => chain.slice(1).map(({ from }, nth) => from - (chain[nth]?.to ?? from)));
  return {
    ...load,
    handOvers: gaps.length,
    seconds: (ended - began) / 1000,
    gaps: gaps.sort((one, other) => one - other),
  };
}

/** The holds of one lock in their order. Throws where one began before the one before it had ended. */
async function fight(ring: Ring, lock: string, { parties, rounds }: Load): Promise<Stay[]> {
  const plan = { lock, mode: 'exclusive', rounds, stay: 0, wait: 600_000 } as const;
  const entered = await Promise.all(Array.from({ length: parties }, () => ring.enter(plan)));
  const ends = await Promise.all(entered.map((party) => party.result()));
  const stays = ends.flatMap((end) => end.stays).sort((one, other) => one.token - other.token);
  const early = stays.find(({ from }, nth) => from < (stays[nth - 1]?.to ?? from));
  if (early) throw new Error(`${lock}: token ${early.token} was given too early`);
  return stays;
}
