import { HoldfastError } from '../../src/model/errors';
import type { Command } from '../../src/pipeline/pipeline';
import { startPipeline } from '../../src/pipeline/start-pipeline';
import { wholeLines } from '../../src/pipeline/whole-lines';
import { memoryLog } from './memory-log';

const sh = (script: string, witness?: Command): Command => ({
  program: 'sh',
  args: ['-c', script],
  witness,
  telling: wholeLines,
});
const cat: Command = { program: 'cat', args: [] };
const twoMillion = 'head -c 2000000 /dev/zero';
const over = new AbortController();
afterAll(() => over.abort(new Error('the tests are over')));

const start = (commands: readonly Command[]) =>
  startPipeline(commands, { signal: over.signal, log: memoryLog(), killAfter: 1_000, stdout: 'pipe' });

async function failureOf(commands: readonly Command[]): Promise<HoldfastError> {
  const running = start(commands);
  running.stdout?.resume();
  const error = await running.done.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HoldfastError) return error;
  throw new Error('the pipeline did not fail as expected', { cause: error });
}

async function bytesOf(commands: readonly Command[]): Promise<number> {
  const running = start(commands);
  const chunks = (await running.stdout?.toArray()) ?? [];
  await running.done;
  return Buffer.concat(chunks).length;
}

test('a witness gets every byte, and so do those in the line, wherever its subject stands', async () => {
  const counts = sh('test "$(wc -c)" = 2000000');
  expect(await bytesOf([sh(twoMillion, counts), cat])).toBe(2_000_000);
  expect(await bytesOf([sh(twoMillion), { ...cat, witness: counts }, cat])).toBe(2_000_000);
  expect(await bytesOf([sh(twoMillion), { ...cat, witness: counts }])).toBe(2_000_000);
});

test('a witness that finds something wrong at the end fails the pipeline, although the line ended well', async () => {
  const short = sh('test "$(wc -c)" = 2000001 || { echo "witness: error: one byte is missing" >&2; exit 4; }');
  const { code, message } = await failureOf([sh(twoMillion, short), cat]);
  expect(code).toBe('process-failed');
  expect(message).toBe('run sh: exit code 4: witness: error: one byte is missing');
});

test('a witness that gives up in the middle is named, and nobody breaks for it', async () => {
  const early = sh('head -c 9 >/dev/null; echo "witness: error: no archive" >&2; exit 4');
  expect((await failureOf([sh(twoMillion, early), cat])).message).toBe(
    'run sh: exit code 4: witness: error: no archive',
  );
});

test('a witness that has seen enough takes nothing from the line', async () => {
  expect(await bytesOf([sh(twoMillion, sh('head -c 9 >/dev/null')), cat])).toBe(2_000_000);
});

test('what its subject failed of comes first, whatever the witness makes of the rest', async () => {
  const confused = sh('cat >/dev/null; echo "witness: error: end of file" >&2; exit 4');
  const { message } = await failureOf([sh(`${twoMillion}; echo "subject: error: disk" >&2; exit 3`, confused), cat]);
  expect(message).toMatch(/^run sh: exit code 3: subject: error: disk/);
});

test('a witness that cannot be started ends the others', async () => {
  const none = { program: 'sh', args: ['-c', 'x\0y'] };
  expect((await failureOf([sh('yes', none), cat])).message).toContain('cannot be started');
});
