import { createColors } from 'picocolors';
import type { JobFailure } from '../../model/plan';

type Colors = ReturnType<typeof createColors>;

/** Where a command writes: data on stdout, what happens on stderr; colours only on a terminal; with --json only JSON on stdout. */
export interface Screen {
  readonly json: boolean;
  /** Whether a person sits at both ends: bars and questions make sense. */
  readonly interactive: boolean;
  readonly colors: Colors;
  /** The command's answer: `value` with --json, else the text. */
  answer(value: unknown, text: string): void;
  /** What is going on; silent with --json. */
  note(text: string): void;
  failure(failure: JobFailure): void;
}

export function createScreen(json: boolean): Screen {
  const colors = createColors(process.stdout.isTTY && process.stderr.isTTY && !process.env.NO_COLOR && !json);
  return {
    json,
    interactive: Boolean(process.stdin.isTTY && process.stderr.isTTY) && !json,
    colors,
    answer: (value, text) => void process.stdout.write(json ? `${JSON.stringify(value, undefined, 2)}\n` : `${text}\n`),
    note: (text) => void (json || process.stderr.write(`${text}\n`)),
    failure: (failure) => {
      if (json) process.stdout.write(`${JSON.stringify({ error: failure }, undefined, 2)}\n`);
      else process.stderr.write(`${colors.red('holdfast:')} ${failure.message}\n  ${colors.dim(failure.hint)}\n`);
    },
  };
}
