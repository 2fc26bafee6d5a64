import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { BlockReader } from './block-reader';
import type { ChildStdio } from './child';
import { closeAll, makeOsPipes, type OsPipe } from './os-pipes';
import type { PipelineOptions } from './pipeline';
import type { Stage } from './stages';

/** The pipes of one pipeline, and our own ends of them. */
export interface Wiring {
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  /** Starts one child for each item, then closes everything that was meant for children, also if that fails. */
  start<Item, Started>(
    items: readonly Item[],
    startOne: (item: Item, stdio: ChildStdio) => Started,
  ): readonly Started[];
}

/** Makes the pipes between the children, their stderr, and the outer ends that the options ask for. */
export function wire(stages: readonly Stage[], options: PipelineOptions): Wiring {
  const readByUs = options.stdout === 'pipe' || options.stdout === 'blocks';
  const outer = Number(options.stdin === 'pipe') + Number(readByUs);
  const listening = stages.filter((_, index) => isListenedTo(stages, index, options)).length;
  const pipes = [...makeOsPipes(2 * stages.length - 1 + outer + listening)];
  const take = () => takeFrom(pipes);
  const input = options.stdin === 'pipe' ? take() : undefined;
  const output = readByUs ? take() : undefined;
  /** What each reads, but for the first. */
  const inputs = stages.map((_, index) => (index === 0 ? undefined : take()));
  const first = input?.readEnd ?? given(options.stdin);
  const last = output?.writeEnd ?? given(options.stdout);
  const nextInLine = (index: number) => inputs[stages.findIndex(({ beside }, at) => at > index && !beside)];
  const lines = stages.map((_, index) => (isListenedTo(stages, index, options) ? take() : undefined));
  const stdios = stages.map(({ beside }, index) => ({
    stdin: inputs[index]?.readEnd ?? first,
    stdout: lines[index]?.writeEnd ?? (beside ? ('ignore' as const) : (nextInLine(index)?.writeEnd ?? last)),
    lines: lines[index],
    copy: stages[index + 1]?.beside ? inputs[index + 1]?.writeEnd : undefined,
    stderr: take(),
  }));
  const theirs = [
    input?.readEnd,
    output?.writeEnd,
    ...inputs.flatMap((pipe) => (pipe === undefined ? [] : ends(pipe))),
    ...stdios.flatMap(({ stderr, lines: told }) => [stderr.writeEnd, told?.writeEnd]),
  ];
  return {
    stdin: input && quiet(new Socket({ fd: input.writeEnd, readable: false, writable: true })),
    stdout: output && quiet(reader(output.readEnd, options.stdout === 'blocks')),
    start(items, startOne) {
      try {
        return stdios.flatMap((stdio, index) => items.slice(index, index + 1).map((item) => startOne(item, stdio)));
      } finally {
        closeAll(theirs.filter((descriptor) => descriptor !== undefined));
      }
    },
  };
}

/** Whether the lines that a command writes to stdout are for its own listener: nobody else gets them. */
function isListenedTo(stages: readonly Stage[], index: number, { stdout }: PipelineOptions): boolean {
  const stage = stages[index];
  if (stage?.command.onStdoutLine === undefined) return false;
  const isLast = stages.findLastIndex(({ beside }) => !beside) === index;
  return stage.beside || (isLast && (stdout === undefined || stdout === 'none'));
}

function takeFrom(pipes: OsPipe[]): OsPipe {
  const pipe = pipes.pop();
  if (pipe === undefined) throw new RangeError('fewer pipes were made than the wiring needs');
  return pipe;
}

function reader(descriptor: number, blocks: boolean): Readable {
  return blocks ? new BlockReader(descriptor) : new Socket({ fd: descriptor, readable: true, writable: false });
}

function given(end: PipelineOptions['stdin'] | PipelineOptions['stdout']): number | 'ignore' {
  return typeof end === 'number' ? end : 'ignore';
}

function ends({ readEnd, writeEnd }: OsPipe): number[] {
  return [readEnd, writeEnd];
}

/** An error of our end reaches whoever reads or writes it; with nobody there it must not end the process: the exit codes tell. */
function quiet<End extends Readable | Writable>(end: End): End {
  end.on('error', () => {});
  return end;
}
