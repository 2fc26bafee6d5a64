const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** The conventional exit code of a program that Ctrl-C ended. */
export const interruptedCode = 130;

/** One Ctrl-C may arrive several times, from the terminal and from each program between it and us. */
const echoes = 1_000;

/** Ctrl-C and its kin. A second one ends the process at once; what is then left is ended by the guards of the temporary folder. */
export class Interruption {
  readonly coming: Promise<void>;

  constructor() {
    this.coming = new Promise((resolve) => {
      let first: number | undefined;
      const onSignal = () => {
        first ??= Date.now();
        if (Date.now() - first > echoes) process.exit(interruptedCode);
        resolve();
      };
      for (const signal of signals) process.on(signal, onSignal);
    });
  }

  /** Waits for it, also where nothing else keeps the process. */
  async wait(): Promise<void> {
    const keep = setInterval(() => {}, 60_000);
    await this.coming.finally(() => clearInterval(keep));
  }
}
