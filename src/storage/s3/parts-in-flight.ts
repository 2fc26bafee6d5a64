import type { SentPart } from './multipart';
import type { Part } from './part';

/** The parts of one upload that are on their way, and those that arrived. The first failure is kept, and ends every wait here. */
export class PartsInFlight {
  readonly #sending = new Set<Promise<void>>();
  readonly #sent: SentPart[] = [];
  #numbered = 0;
  #bytes = 0;
  #failure: { readonly error: unknown } | undefined;
  readonly #failed: Promise<void>;
  #tellFailed: () => void = () => undefined;
  #onFailure: (error: unknown) => void = () => undefined;

  constructor() {
    this.#failed = new Promise((resolve) => {
      this.#tellFailed = resolve;
    });
  }

  get count(): number {
    return this.#sending.size;
  }

  /** Of all parts that were ever added. */
  get bytes(): number {
    return this.#bytes;
  }

  /** In the order they arrived. */
  get sent(): readonly SentPart[] {
    return this.#sent;
  }

  onFailure(tell: (error: unknown) => void): void {
    this.#onFailure = tell;
  }

  /** Sends a part without waiting, and discards it when it arrived or failed. */
  add(part: Part, send: (number: number) => Promise<SentPart>): void {
    this.#bytes += part.bytes;
    const number = ++this.#numbered;
    const sending = send(number)
      .finally(() => part.discard())
      .then(
        (sent) => void this.#sent.push(sent),
        (error) => this.fail(error),
      )
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Resolves when fewer than `limit` are on their way; rejects with the first failure. */
  async roomFor(limit: number): Promise<void> {
    while (this.#sending.size >= limit && !this.#failure) await Promise.race([...this.#sending, this.#failed]);
    this.check();
  }

  /** Resolves when one more has arrived; rejects with the first failure. */
  async next(): Promise<void> {
    await Promise.race([...this.#sending, this.#failed]);
    this.check();
  }

  drain(): Promise<void> {
    return this.roomFor(1);
  }

  /** Waits for all, however they end. */
  async settle(): Promise<void> {
    await Promise.all(this.#sending);
  }

  /** From outside: nothing more is wanted. What is on its way goes on. */
  fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#tellFailed();
    this.#onFailure(error);
  }

  /** Throws the first failure. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
