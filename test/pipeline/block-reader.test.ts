import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { startPipeline } from '../../src/pipeline/start-pipeline';
import { someBytes } from '../storage/some-bytes';
import { memoryLog } from './memory-log';

/** `bytes` through `dd`, which writes pieces of an odd size, as tools do. */
function piped(content: Buffer): { blocks: Readable; done: Promise<unknown> } {
  const commands = [{ program: 'dd', args: ['bs=9973', 'status=none'] }];
  const options = { signal: new AbortController().signal, log: memoryLog(), stdin: 'pipe', stdout: 'blocks' } as const;
  const { stdin, stdout, done } = startPipeline(commands, options);
  stdin?.end(content);
  if (!stdout) throw new Error('no stdout was opened');
  return { blocks: stdout, done };
}

test.each([0, 1, 2 ** 20, 2 ** 20 + 1, 9 * 2 ** 20 + 7])('%i bytes come in their order, whole', async (bytes) => {
  const content = someBytes(bytes);
  const hash = createHash('sha256');
  const { blocks, done } = piped(content);
  for await (const chunk of blocks) hash.update(chunk);
  await done;
  expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
});

test('a block stays as it is until the next one is asked for, however long that takes', async () => {
  const content = someBytes(9 * 2 ** 20);
  const { blocks, done } = piped(content);
  let at = 0;
  for await (const chunk of blocks as AsyncIterable<Buffer>) {
    for (let turns = 0; turns < 200; turns += 1) await turn();
    expect(chunk.equals(content.subarray(at, at + chunk.length))).toBe(true);
    at += chunk.length;
  }
  await done;
  expect(at).toBe(content.length);
});

test('memory is used again: any amount comes in three blocks', async () => {
  const { blocks, done } = piped(someBytes(12 * 2 ** 20));
  const memory = new Set<ArrayBufferLike>();
  for await (const chunk of blocks as AsyncIterable<Buffer>) memory.add(chunk.buffer);
  await done;
  expect(memory.size).toBeLessThanOrEqual(3);
});

test('a reader that stops closes the pipe, so that its writer ends', async () => {
  const { blocks, done } = piped(someBytes(4 * 2 ** 20));
  blocks.destroy();
  await expect(done).rejects.toMatchObject({ code: 'process-failed' });
});
