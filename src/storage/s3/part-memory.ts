const mebibyte = 2 ** 20;

/** Parts are kept in pieces of this size, so that memory is used again whatever sizes parts have. */
export const blockBytes = mebibyte;

/** The memory that parts of all uploads share. */
export interface PartMemory {
  /** Largest part that may be kept here: one is filled while another is sent. */
  readonly largestPart: number;
  /** For one more upload: those that run at once get equal shares. */
  join(): MemoryShare;
}

/** One upload's share. A part reserves all of its space before its first byte, or goes to a file: nobody waits while holding some. */
export interface MemoryShare {
  readonly largestPart: number;
  /** Whether `bytes` are reserved now; they are given back with `release`. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
  takeBlock(): Buffer;
  giveBlock(block: Buffer): void;
  /** The upload is over. Idempotent. */
  leave(): void;
}

export function createPartMemory(budget: number): PartMemory {
  const largestPart = Math.floor(budget / 2);
  const sharers = new Set<object>();
  let reserved = 0;
  let spare: Buffer[] = [];

  function join(): MemoryShare {
    const sharer = {};
    sharers.add(sharer);
    let held = 0;
    const change = (bytes: number) => {
      held += bytes;
      reserved += bytes;
      if (reserved === 0) spare = [];
    };
    return {
      largestPart,
      reserve: (bytes) => {
        const room = reserved + whole(bytes) <= budget;
        const fair = held === 0 || held + whole(bytes) <= budget / sharers.size;
        if (room && fair) change(whole(bytes));
        return room && fair;
      },
      release: (bytes) => change(-whole(bytes)),
      takeBlock: () => spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes),
      giveBlock: (block) => {
        if (reserved > 0) spare.push(block);
      },
      leave: () => sharers.delete(sharer),
    };
  }
  return { largestPart, join };
}

/** What all uploads of this process may keep in memory together. */
export const sharedPartMemory = createPartMemory(64 * mebibyte);

function whole(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}
