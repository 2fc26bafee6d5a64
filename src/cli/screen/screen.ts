import { createColors } from 'picocolors';
import type { JobFailure } from '../../model/plan';
import { printable } from './printable';

const fallbackWidth = 80;

type Colors = ReturnType<typeof createColors>;

/** Where a command writes: data on stdout, what happens on stderr; colours only on a terminal; with --json only JSON on stdout. */
export interface Screen {
  readonly json: boolean;
  /** Whether there is somebody to ask. */
  readonly canAsk: boolean;
  /** Whether a line on stderr can be drawn again and again. */
  readonly canDraw: boolean;
  readonly colors: Colors;
  /** How many characters fit into a line on stdout; without end where no terminal is. */
  readonly width: number;
  /** The command's answer: `value` with --json, else the text. */
  answer(value: unknown, text: string): void;
  /** What is going on; silent with --json. */
  note(text: string): void;
  /** A failure, as text on stderr or as JSON on stdout; `besides` is what else the JSON tells. */
  failure(failure: JobFailure, besides?: object): void;
}

export function createScreen(json: boolean, env: NodeJS.ProcessEnv = process.env): Screen {
  const able = Boolean(process.stderr.isTTY) && env['TERM'] !== 'dumb' && !json;
  const colors = createColors(able && Boolean(process.stdout.isTTY) && !env['NO_COLOR']);
  const writeJson = (value: unknown) => void process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  return {
    json,
    canAsk: Boolean(process.stdin.isTTY && process.stderr.isTTY) && !json,
    canDraw: able,
    colors,
    width: process.stdout.isTTY && !json ? widthOf(process.stdout, env) : Number.POSITIVE_INFINITY,
    answer: (value, text) => (json ? writeJson(value) : void process.stdout.write(`${text}\n`)),
    note: (text) => void (json || process.stderr.write(`${text}\n`)),
    failure: (failure, besides = {}) => {
      if (json) return writeJson({ ...besides, error: failure });
      const lines = [`${colors.red('holdfast:')} ${printable(failure.message)}`, `  ${colors.dim(failure.hint)}`];
      process.stderr.write(`${lines.join('\n')}\n`);
    },
  };
}

/** Of a terminal, or of the part of it that COLUMNS leaves us. */
export function widthOf({ columns }: { readonly columns?: number }, env: NodeJS.ProcessEnv = process.env): number {
  const allowed = Number(env['COLUMNS']) || Number.POSITIVE_INFINITY;
  return Math.min(allowed, columns || fallbackWidth);
}

/** `holdfast list shop | head -1` ends quietly, as other programs do. */
export function survivesClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) stream.removeListener('error', onLost).on('error', onLost);
}

function onLost(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
