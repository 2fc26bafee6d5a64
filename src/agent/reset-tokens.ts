import { setTimeout as sleep } from 'node:timers/promises';
import { bookPath } from './book-folder';
import { readIfThere, writeDurably } from './durable-file';

const tries = 10;
const pause = 200;

/**
 * Makes a host obey, for one lock, whatever is given from now on and nothing that was given before: tokens are moments. What stood there does not matter; it
 * may be unreadable, or of a clock that ran ahead. An agent that runs here may be writing the file just now, so it is looked at again.
 */
export async function resetTokens(state: string, lock: string): Promise<void> {
  const path = bookPath(state, lock, 'tokens.json');
  const now = Date.now();
  const text = JSON.stringify({ [lock]: { exclusive: now, any: now } });
  for (let left = tries; left > 0; left -= 1) {
    await writeDurably(path, text);
    await sleep(pause);
    if ((await readIfThere(path)) === text) return;
  }
  throw new Error(`"${path}" is written by somebody else all the time`);
}
