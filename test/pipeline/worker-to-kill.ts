import { writeFileSync } from 'node:fs';
import { startPipeline } from '../../src/pipeline/start-pipeline';

/** Starts three sleepers and writes their ids, in this order: a child, a child of another user, and a grandchild. Then waits to be killed. */
const file = process.argv[2] ?? '';
const log = { line: () => {} };
const { signal } = new AbortController();
const sleeper = { program: 'sleep', args: ['600'] };

const plain = startPipeline([sleeper], { signal, log });
const asUser = startPipeline([{ ...sleeper, user: 'postgres' }], { signal, log });
const tree = startPipeline([{ program: 'sh', args: ['-c', 'sleep 600 & echo $!; wait'] }], {
  signal,
  log,
  stdout: 'pipe',
});
tree.stdout?.once('data', (grandchild: Buffer) => {
  // By now the wrappers before them have long set the signal that is tested here.
  setTimeout(() => writeFileSync(file, `${plain.pids[0]}\n${asUser.pids[0]}\n${grandchild.toString()}`), 200);
});
