import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { Readable } from 'node:stream';
import { BlockRing } from './block-ring';

/** Reads a pipe in large blocks. Each is whole until the next one is asked for, so read it with `for await`, and keep nothing of it. */
export class BlockReader extends Readable {
  readonly #socket: Socket;
  readonly #ring = new BlockRing();

  /** Owns the descriptor of a pipe's read end from here on. */
  constructor(descriptor: number) {
    super({ highWaterMark: 1 }); // a block that waits is enough
    const onread = { buffer: () => this.#ring.room(), callback: (bytes: number) => this.#take(bytes) };
    const options: SocketConstructorOpts & ConnectOpts = { fd: descriptor, readable: true, writable: false, onread };
    this.#socket = new Socket(options);
    this.#socket.on('end', () => this.#end());
    this.#socket.on('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#socket.destroy();
    callback(error);
  }

  /** Whether to go on reading. */
  #take(bytes: number): boolean {
    const full = this.#ring.filled(bytes);
    return full === undefined || this.push(full);
  }

  #end(): void {
    const rest = this.#ring.flush();
    if (rest) this.push(rest);
    this.push(null);
  }
}
