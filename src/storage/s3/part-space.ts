import { filePart, memoryPart, type Part } from './part';
import type { PartMemory } from './part-memory';
import { openSpillFile } from './spill-file';

/** Where the parts of one upload are kept. */
export interface PartSpace {
  /** An empty part of this size; undefined where one of the upload's parts that are `inFlight` should arrive first. */
  open(bytes: number, inFlight: number): Promise<Part | undefined>;
  /** The upload is over. Idempotent; parts are discarded one by one. */
  close(): void;
}

/** Parts in files that are on their way at once, besides the one that fills: what an upload takes of the spool is three parts at most. */
const filesInFlight = 2;

/** Keeps parts in memory as long as they are small and there is some; otherwise in nameless files in the spill folder. */
export function openPartSpace(memory: PartMemory, spillFolder: string): PartSpace {
  const share = memory.join();
  return {
    open: async (bytes, inFlight) => {
      const small = bytes <= share.largestPart;
      if (small && share.reserve(bytes)) return memoryPart(bytes, share);
      if (inFlight >= (small ? 1 : filesInFlight)) return undefined;
      return filePart(bytes, await openSpillFile(spillFolder, bytes));
    },
    close: () => share.leave(),
  };
}
