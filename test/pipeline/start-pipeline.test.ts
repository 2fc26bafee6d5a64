import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { HoldfastError } from '../../src/model/errors';
import type { Command, PipelineOptions } from '../../src/pipeline/pipeline';
import { startPipeline } from '../../src/pipeline/start-pipeline';
import { wholeLines } from '../../src/pipeline/whole-lines';
import { memoryLog } from './memory-log';

const sh = (script: string): Command => ({ program: 'sh', args: ['-c', script], telling: wholeLines });
const cat: Command = { program: 'cat', args: [] };
let over = new AbortController();
/** A test that failed half-way leaves its children to be ended here. */
afterEach(() => {
  over.abort(new Error('the test is over'));
  over = new AbortController();
});

function start(commands: readonly Command[], options: Partial<PipelineOptions> = {}) {
  const log = memoryLog();
  return { log, ...startPipeline(commands, { signal: over.signal, log, killAfter: 1_000, ...options }) };
}

async function failureOf(commands: readonly Command[], options: Partial<PipelineOptions> = {}): Promise<HoldfastError> {
  const error = await start(commands, options).done.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HoldfastError) return error;
  throw new Error('the pipeline did not fail as expected', { cause: error });
}

test('200 MB pass through three children unchanged, and every end is reported', async () => {
  const pseudoRandom =
    'head -c 200000000 /dev/zero | openssl enc -aes-128-ctr -K 00112233445566778899aabbccddeeff -iv 00000000000000000000000000000000';
  const expected = spawnSync('sh', ['-c', `${pseudoRandom} | sha256sum`], { encoding: 'utf8' }).stdout.split(' ')[0];
  const running = start([sh(pseudoRandom), cat, cat], { stdout: 'pipe' });
  const hash = createHash('sha256');
  await pump(running.stdout ?? Readable.from([]), hash);
  const ends = await running.done;
  expect(hash.digest('hex')).toBe(expected);
  expect(ends.map(({ program, code }) => [program, code])).toEqual([
    ['sh', 0],
    ['cat', 0],
    ['cat', 0],
  ]);
});

test('what Node writes to the first child comes out of the last', async () => {
  const running = start([cat, { program: 'tr', args: ['a-z', 'A-Z'] }], { stdin: 'pipe', stdout: 'pipe' });
  running.stdin?.end('artefact');
  const chunks = await running.stdout?.toArray();
  await running.done;
  expect(Buffer.concat(chunks ?? []).toString()).toBe('ARTEFACT');
});

test('a first child that fails is named, although the ones behind it end well', async () => {
  const error = await failureOf([sh('echo data; echo "fake: error: no such table" >&2; exit 3'), cat, cat]);
  expect(error.code).toBe('process-failed');
  expect(error.message).toBe('run sh: exit code 3: fake: error: no such table');
});

test('a middle child that fails is named, not the writer that its end broke', async () => {
  const error = await failureOf([
    { program: 'yes', args: [] },
    sh('head -c 9 >/dev/null; echo "middle: error: full" >&2; exit 5'),
    cat,
  ]);
  expect(error.message).toBe('run sh: exit code 5: middle: error: full');
});

test('a last child that fails is named, not the writers that report a broken pipe', async () => {
  const complains = sh('trap "" PIPE; yes || { echo "fake: error: could not write: Broken pipe" >&2; exit 1; }');
  const error = await failureOf([complains, cat, sh('head -c 9 >/dev/null; echo "last: no space left" >&2; exit 7')]);
  expect(error.message).toBe('run sh: exit code 7: last: no space left');
});

test('a writer whose reader stopped early and ended well is still a failure', async () => {
  const error = await failureOf([
    { program: 'yes', args: [] },
    { program: 'head', args: ['-c', '10'] },
  ]);
  expect(error.message).toBe('run yes: ended by SIGPIPE: its output was not read to the end');
});

test('a child that waits for nothing is ended when another fails', async () => {
  const error = await failureOf([
    { program: 'sleep', args: ['600'] },
    { program: 'false', args: [] },
  ]);
  expect(error.message).toBe('run false: exit code 1');
});

test('a program that is not there is missed before anything starts', () => {
  const before = descriptors();
  expect(() => start([cat, { program: 'no-such-program', args: [] }])).toThrow(
    'find tool "no-such-program": not found',
  );
  expect(descriptors()).toBe(before);
});

test('a child that cannot be started fails the pipeline and ends the others', async () => {
  const error = await failureOf([
    { program: 'sleep', args: ['600'] },
    { program: 'echo', args: ['a\0b'] },
  ]);
  expect(error.message).toMatch(/^run echo: cannot be started: /);
});

test('a child gets a minimal environment, none of the secrets of the worker', async () => {
  process.env['HOLDFAST_TEST_SECRET'] = 'in the clear';
  const running = start([{ program: 'env', args: [], env: { GIVEN: 'yes' } }], { stdout: 'pipe' });
  const text = Buffer.concat((await running.stdout?.toArray()) ?? []).toString();
  await running.done;
  delete process.env['HOLDFAST_TEST_SECRET'];
  const names = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('=')[0]);
  expect(names.sort()).toEqual(['GIVEN', 'HOLDFAST_OWNER', 'HOME', 'LANG', 'LANGUAGE', 'LC_ALL', 'PATH', 'TZ']);
});

test('a child becomes the user that it is to run as', async () => {
  const running = start([{ program: 'sh', args: ['-c', 'id -un; id -gn; echo $HOME'], user: 'postgres' }], {
    stdout: 'pipe',
  });
  const text = Buffer.concat((await running.stdout?.toArray()) ?? []).toString();
  await running.done;
  expect(text).toBe('postgres\npostgres\n/var/lib/postgresql\n');
});

test('the process keeps no descriptor of 100 pipelines, failed ones included, beyond those of pipes made in advance', async () => {
  await start([cat]).done;
  const before = descriptors();
  for (let round = 0; round < 50; round++) {
    const running = start([sh('echo one'), cat, cat], { stdout: 'pipe', stdin: 'pipe' });
    running.stdout?.resume();
    await running.done;
    await failureOf([sh('exit 1'), cat], { stdout: 'pipe' });
  }
  expect(descriptors()).toBeLessThan(before + 40);
});

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
