import { readFileSync } from 'node:fs';
import type { FieldWorker } from '../faults/field';

/** Resident memory of one process, in MiB. */
export interface Life {
  readonly pid: number;
  readonly samples: readonly number[];
}

export interface MemoryWatch {
  /** One for each process that the worker was, in their order. */
  readonly lives: readonly Life[];
  stop(): void;
}

const every = 1_000;
/** Until then a process loads its code. */
const warmUp = 20;
/** What comes and goes with the work at hand. */
const slack = { times: 1.3, plus: 30 };

/** Looks at a worker's memory once a second, through all of its lives. */
export function watchMemory(worker: FieldWorker): MemoryWatch {
  const lives: { pid: number; samples: number[] }[] = [];
  const timer = setInterval(() => {
    const { pid } = worker;
    const mib = residentMiB(pid);
    if (mib === undefined) return;
    if (lives.at(-1)?.pid !== pid) lives.push({ pid, samples: [] });
    lives.at(-1)?.samples.push(mib);
  }, every);
  return { lives, stop: () => clearInterval(timer) };
}

export interface MemoryFigures {
  readonly seconds: number;
  readonly start: number;
  readonly median: number;
  readonly end: number;
  /** Undefined where no life was long enough to tell. */
  readonly flat: boolean | undefined;
}

/** Of the longest life, without its first seconds. Start and end are medians of its first and last tenth. */
export function memoryFigures(lives: readonly Life[]): MemoryFigures {
  const [longest] = [...lives].sort((one, two) => two.samples.length - one.samples.length);
  const samples = longest?.samples.slice(warmUp) ?? [];
  const tenth = Math.max(Math.floor(samples.length / 10), 5);
  const [start, median, end] = [samples.slice(0, tenth), samples, samples.slice(-tenth)].map(medianOf);
  const figures = { seconds: samples.length, start: start ?? 0, median: median ?? 0, end: end ?? 0 };
  if (samples.length < 60) return { ...figures, flat: undefined };
  return { ...figures, flat: figures.end <= figures.start * slack.times + slack.plus };
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((one, two) => one - two)[Math.floor(values.length / 2)] ?? 0;
}

function residentMiB(pid: number): number | undefined {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kib === undefined ? undefined : Math.round(Number(kib) / 1024);
  } catch {
    return undefined; // between two lives
  }
}
