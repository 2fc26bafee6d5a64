import { filePart, memoryPart } from './part';
import type { PartMemory } from './part-memory';
import type { OpenPart } from './s3-upload';
import { openSpillFile } from './spill-file';

/** Parts in files that are on their way at once, besides the one that fills: what an upload takes of the spool is three parts at most. */
const filesInFlight = 2;

/** Keeps parts in memory as long as they are small and there is some; otherwise in nameless files in the spill folder. */
export function partOpener(memory: PartMemory, spillFolder: string): OpenPart {
  return async (bytes, inFlight) => {
    const small = bytes <= memory.largestPart;
    if (small && memory.reserve(bytes)) return memoryPart(bytes, memory);
    if (inFlight >= (small ? 1 : filesInFlight)) return undefined;
    return filePart(bytes, await openSpillFile(spillFolder, bytes));
  };
}
