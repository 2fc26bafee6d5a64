import { Socket } from 'node:net';
import { closedWithin } from './closed-within';
import { LineSplitter } from './line-splitter';

/** How long a process that left its group may keep the pipe open. */
const grace = 500;

/** Reads a pipe's lines until its end; takes over the descriptor. `finish` waits for that end, but not long. */
export function readLines(
  descriptor: number,
  onLine: (line: string) => void,
  longest?: number,
): { finish(): Promise<void> } {
  const splitter = new LineSplitter(onLine, longest);
  const socket = new Socket({ fd: descriptor, readable: true, writable: false });
  // A pipe that cannot be read is closed; the exit code tells how the process did.
  socket.on('error', () => {});
  socket.on('data', (chunk) => splitter.push(chunk));
  return {
    async finish() {
      await closedWithin(socket, grace);
      splitter.end();
    },
  };
}
