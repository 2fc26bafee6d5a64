import { Readable } from 'node:stream';
import { blockBytes, type MemoryShare } from './part-memory';
import type { SpillFile } from './spill-file';

/** Bytes of one part, kept until the store has them, so that they can be sent again. */
export interface Part {
  readonly bytes: number;
  /** Takes as much of `chunk` as there is room for; the rest is returned. `chunk` is not kept. */
  fill(chunk: Buffer): Promise<Buffer>;
  readonly full: boolean;
  /** The bytes from the beginning; may be called again when the stream before has ended or was destroyed. */
  open(): Readable;
  /** Gives the space back. Idempotent. */
  discard(): Promise<void>;
}

/** A part in memory; `size` bytes of `memory` must have been reserved for it and are released by `discard`. */
export function memoryPart(size: number, memory: MemoryShare): Part {
  let blocks: Buffer[] = [];
  let bytes = 0;
  let kept = true;
  const room = () => {
    if (bytes % blockBytes === 0) blocks.push(memory.takeBlock());
    return Math.min(size - bytes, blockBytes - (bytes % blockBytes));
  };
  return {
    get bytes() {
      return bytes;
    },
    get full() {
      return bytes === size;
    },
    fill: async (chunk) => {
      let taken = 0;
      while (taken < chunk.length && bytes < size) {
        const step = Math.min(room(), chunk.length - taken);
        chunk.copy(blocks[blocks.length - 1] as Buffer, bytes % blockBytes, taken, taken + step);
        bytes += step;
        taken += step;
      }
      return chunk.subarray(taken);
    },
    open: () => Readable.from(pieces(blocks, bytes), { objectMode: false, highWaterMark: blockBytes }),
    discard: async () => {
      if (!kept) return;
      kept = false;
      for (const block of blocks) memory.giveBlock(block);
      blocks = [];
      memory.release(size);
    },
  };
}

/** A part in a file without a name. */
export function filePart(size: number, file: SpillFile): Part {
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    get full() {
      return bytes === size;
    },
    fill: async (chunk) => {
      const taken = Math.min(size - bytes, chunk.length);
      await file.append(chunk.subarray(0, taken));
      bytes += taken;
      return chunk.subarray(taken);
    },
    open: () => file.read(bytes),
    discard: () => file.close(),
  };
}

function* pieces(blocks: readonly Buffer[], bytes: number): Iterable<Buffer> {
  for (const [index, block] of blocks.entries())
    yield block.subarray(0, Math.min(blockBytes, bytes - index * blockBytes));
}
