const mebibyte = 2 ** 20;

/** Parts are kept in pieces of this size, so that memory is used again whatever sizes parts have. */
export const blockBytes = mebibyte;

/** The memory that parts of all uploads share. A part reserves all of its space before its first byte, or goes to a file: nobody waits. */
export interface PartMemory {
  /** Whether `bytes` are reserved now; they are given back with `release`. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
  takeBlock(): Buffer;
  giveBlock(block: Buffer): void;
  /** Largest part that may be kept here at all. */
  readonly largestPart: number;
}

/** At least two parts of the largest size fit at once: one is filled while the other is sent. */
export function createPartMemory(budget: number): PartMemory {
  let reserved = 0;
  let spare: Buffer[] = [];
  return {
    largestPart: Math.floor(budget / 2),
    reserve: (bytes) => {
      const fits = reserved + whole(bytes) <= budget;
      if (fits) reserved += whole(bytes);
      return fits;
    },
    release: (bytes) => {
      reserved -= whole(bytes);
      if (reserved === 0) spare = [];
    },
    takeBlock: () => spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes),
    giveBlock: (block) => {
      if (reserved > 0) spare.push(block);
    },
  };
}

/** What all uploads of this process may keep in memory together. */
export const sharedPartMemory = createPartMemory(64 * mebibyte);

function whole(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}
