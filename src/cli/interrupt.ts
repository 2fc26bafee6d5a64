import { constants } from 'node:os';

/** Ctrl-C, a terminal that is closed, a service manager: each ends the following of a job, and none the job. */
const signals = ['SIGINT', 'SIGHUP', 'SIGTERM'] as const;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** The conventional exit code of a program that such a signal ended: 130 for Ctrl-C. */
  readonly code: number;
  /** From then on they end the process as usual. Idempotent. */
  release(): void;
}

/** Catches the first such signal; a second one ends the process. */
export function catchInterrupt(): Interrupt {
  const controller = new AbortController();
  let code = 128 + constants.signals.SIGINT;
  const release = () => {
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
  const onSignal = (name: NodeJS.Signals) => {
    code = 128 + constants.signals[name];
    release();
    controller.abort(new Error(`interrupted by ${name}`));
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    get code() {
      return code;
    },
    release,
  };
}
