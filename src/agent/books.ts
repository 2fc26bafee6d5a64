import { Downtimes } from './downtimes';
import { Ledger } from './ledger';
import { Loads } from './loads';

/** All that an agent keeps on its host's disk besides the spool. */
export interface Books {
  readonly ledger: Ledger;
  readonly downtimes: Downtimes;
  readonly loads: Loads;
}

/** The books in an agent's state folder; nothing is read or written yet. */
export function openBooks(state: string): Books {
  return { ledger: new Ledger(state), downtimes: new Downtimes(state), loads: new Loads(state) };
}
