import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../model/errors';
import { readIfThere } from './read-if-there';
import { sha256Of } from './sha256-of';
import type { Storage } from './storage';

/** In milliseconds. */
export interface Settling {
  /** From a claim until it is known who was first. Longer than the longest claim takes, and the second that stores count times in. */
  readonly wait: number;
  /** What takes longer to be claimed is claimed anew: nobody could tell any more when it began. */
  readonly longestClaim: number;
}

const defaultSettling: Settling = { wait: 2_500, longestClaim: 1_000 };
const claimsAtMost = 5;

/**
 * Creates an object on a store that overwrites whatever it was asked. Who wants an object writes a claim with its content under a name of its own, waits,
 * and reads all claims: the oldest by the store's clock wins, and whoever sees that writes its content, so that a winner who dies keeps nobody waiting. A
 * claim that comes later is younger than one that was decided on. It holds where a listing shows at once what was written, and one clock dates it.
 */
export async function createSettled(
  storage: Pick<Storage, 'name' | 'place' | 'put' | 'get' | 'list' | 'delete'>,
  key: string,
  content: Buffer,
  settling: Settling = defaultSettling,
): Promise<boolean> {
  const there = await readIfThere(storage, key);
  if (there !== undefined) return there.equals(content);
  const folder = claimsOf(key);
  const own = await claim(storage, folder, content, settling);
  await sleep(settling.wait);
  try {
    return (await settle(storage, key, folder, content)).equals(content);
  } finally {
    await storage.delete([own]).catch(() => undefined); // the object is there, and comes first
  }
}

/** Beside the probes, where no list of backups or records looks. */
function claimsOf(key: string): string {
  const [database] = key.split('/');
  return `${database}/probes/claims/${sha256Of(key).slice(0, 32)}/`;
}

/** Two who want the same content have claims of their own: each removes only what is its. */
async function claim(
  storage: Pick<Storage, 'name' | 'place' | 'put' | 'delete'>,
  folder: string,
  content: Buffer,
  { longestClaim }: Settling,
): Promise<string> {
  for (let nth = 1; nth <= claimsAtMost; nth++) {
    const key = `${folder}${randomBytes(8).toString('hex')}`;
    const begun = performance.now();
    await storage.put(key, content);
    if (performance.now() - begun <= longestClaim) return key;
    await storage.delete([key]);
  }
  const reason = `it takes no condition, and takes more than ${longestClaim} ms to write a small object: who was first cannot be told`;
  throw failure('storage-network', { storage: storage.name, place: storage.place, reason });
}

/** Resolves to what the object holds then. */
async function settle(
  storage: Pick<Storage, 'put' | 'get' | 'list'>,
  key: string,
  folder: string,
  content: Buffer,
): Promise<Buffer> {
  const claims: { readonly key: string; readonly modified: Date }[] = [];
  for await (const each of storage.list(folder)) claims.push(each);
  // after the claims: those go only when the object is there
  const there = await readIfThere(storage, key);
  if (there !== undefined) return there;
  const [first] = claims.toSorted((a, b) => a.modified.getTime() - b.modified.getTime() || (a.key < b.key ? -1 : 1));
  const won = (first && (await readIfThere(storage, first.key))) ?? (await readIfThere(storage, key)) ?? content;
  await storage.put(key, won);
  return won;
}
