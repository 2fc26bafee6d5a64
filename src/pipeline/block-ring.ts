/** One push of a stream for sixteen reads of a pipe, or for sixty-four records of an encrypted connection. */
const blockBytes = 2 ** 20;
/** One is in the consumer's hands, one waits for it, one fills. */
const blocksInUse = 3;

/**
 * Memory for bytes on their way that is used again and again: a new buffer for every read keeps the garbage collector busier than the hash and
 * the encryption together. A full block is whole until two more are full.
 */
export class BlockRing {
  readonly #given: Buffer[] = [];
  #filling: Buffer = Buffer.allocUnsafeSlow(blockBytes);
  #filled = 0;

  /** Where the next bytes go; never empty. */
  room(): Buffer {
    return this.#filling.subarray(this.#filled);
  }

  /** So many bytes were written into the room; gives the block if that filled it. */
  filled(bytes: number): Buffer | undefined {
    this.#filled += bytes;
    return this.#filled < blockBytes ? undefined : this.flush();
  }

  /** What there is of the block that fills; undefined if that is nothing. */
  flush(): Buffer | undefined {
    if (this.#filled === 0) return undefined;
    const full = this.#filling;
    const taken = full.subarray(0, this.#filled);
    this.#given.push(full);
    this.#filling = (this.#given.length >= blocksInUse && this.#given.shift()) || Buffer.allocUnsafeSlow(blockBytes);
    this.#filled = 0;
    return taken;
  }
}
