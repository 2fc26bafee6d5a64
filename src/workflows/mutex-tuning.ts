import { propertyOf } from '../model/unknown-value';

/** Times in milliseconds; given where the mutex is tested, and carried along when it continues as new. */
export interface MutexTuning {
  /** How long it stays when nobody holds or waits: starting anew costs more, and collides with requests that come just then. */
  readonly linger: number;
  /** The first and the last pause between looks at holders and waiters while anyone waits; each is twice the one before. */
  readonly firstLook: number;
  readonly lastLook: number;
  /** The pause while nobody waits: a dead holder is in nobody's way then, but it is not shown for ever. */
  readonly idleLook: number;
  /** Events after which it continues as new; 0: when the server suggests it. */
  readonly historyLimit: number;
}

const usual: MutexTuning = { linger: 5_000, firstLook: 1_000, lastLook: 20_000, idleLook: 900_000, historyLimit: 0 };

/** Longer pauses would be none. */
const longest = 86_400_000;

/** What makes no sense is as usual. */
export function readTuning(given: unknown): MutexTuning {
  const read = (name: keyof MutexTuning) => {
    const value = propertyOf(given, name);
    return typeof value === 'number' && value >= 0 && value <= longest ? value : usual[name];
  };
  return {
    linger: read('linger'),
    firstLook: read('firstLook'),
    lastLook: read('lastLook'),
    idleLook: read('idleLook'),
    historyLimit: read('historyLimit'),
  };
}
