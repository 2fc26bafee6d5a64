import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { ChildStdio } from './child';
import { closeAll, makeOsPipes, type OsPipe } from './os-pipes';
import type { PipelineOptions } from './pipeline';

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

/** Makes the pipes between `count` children, their stderr, and the outer ends that the options ask for. */
export function wire(count: number, options: PipelineOptions): Wiring {
  const outer = [options.stdin, options.stdout].filter((end) => end === 'pipe').length;
  const pipes = [...makeOsPipes(2 * count - 1 + outer)];
  const take = () => takeFrom(pipes);
  const input = options.stdin === 'pipe' ? take() : undefined;
  const output = options.stdout === 'pipe' ? take() : undefined;
  const joints = Array.from({ length: count - 1 }, take);
  const stderrs = Array.from({ length: count }, take);
  const first = input?.readEnd ?? given(options.stdin);
  const last = output?.writeEnd ?? given(options.stdout);
  const stdios = stderrs.map((stderr, index) => ({
    stdin: joints[index - 1]?.readEnd ?? first,
    stdout: joints[index]?.writeEnd ?? last,
    stderr,
  }));
  const theirs = [
    input?.readEnd,
    output?.writeEnd,
    ...joints.flatMap(ends),
    ...stderrs.map(({ writeEnd }) => writeEnd),
  ];
  return {
    stdin: input && quiet(new Socket({ fd: input.writeEnd, readable: false, writable: true })),
    stdout: output && quiet(new Socket({ fd: output.readEnd, readable: true, writable: false })),
    start(items, startOne) {
      try {
        return stdios.flatMap((stdio, index) => items.slice(index, index + 1).map((item) => startOne(item, stdio)));
      } finally {
        closeAll(theirs.filter((descriptor) => descriptor !== undefined));
      }
    },
  };
}

function takeFrom(pipes: OsPipe[]): OsPipe {
  const pipe = pipes.pop();
  if (pipe === undefined) throw new RangeError('fewer pipes were made than the wiring needs');
  return pipe;
}

function given(end: PipelineOptions['stdin']): number | 'ignore' {
  return typeof end === 'number' ? end : 'ignore';
}

function ends({ readEnd, writeEnd }: OsPipe): number[] {
  return [readEnd, writeEnd];
}

/** An error of our end reaches whoever reads or writes it; with nobody there it must not end the process: the exit codes tell. */
function quiet(socket: Socket): Socket {
  return socket.on('error', () => {});
}
