import { Downtimes } from './downtimes';
import { Ledger } from './ledger';
import { Loads } from './loads';
import type { Warner } from './set-aside';

/** All that an agent keeps on its host's disk besides the spool. */
export interface Books {
  readonly ledger: Ledger;
  readonly downtimes: Downtimes;
  readonly loads: Loads;
}

const silent: Warner = { warn: () => {} };

/** The books in an agent's state folder; nothing is read or written yet. */
export function openBooks(state: string, report: Warner = silent): Books {
  return { ledger: new Ledger(state), downtimes: new Downtimes(state, report), loads: new Loads(state, report) };
}
