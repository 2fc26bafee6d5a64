import { mkdtempSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createStreamedSink } from '../../src/pipeline/artefact-sink';
import { createJobLog } from '../../src/pipeline/job-log';
import type { Command } from '../../src/pipeline/pipeline';
import { startPipeline } from '../../src/pipeline/start-pipeline';
import { memoryLog } from './memory-log';
import { temporaryFolder } from './temporary-folder';

const folder = temporaryFolder();
const mebibyte = 2 ** 20;
const signal = new AbortController().signal;
const sh = (script: string): Command => ({ program: 'sh', args: ['-c', script] });

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Highest growth of what this process keeps in memory while something runs, in bytes. Garbage is collected first: when V8 does so is not ours. */
async function growthDuring(work: () => Promise<unknown>): Promise<number> {
  const before = keptNow();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, keptNow());
  }, 100);
  await work();
  clearInterval(timer);
  return peak - before;
}

function keptNow(): number {
  collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

/** A storage that is slower than the producer: what it does not take yet must wait in the pipe, not in memory. */
const slowStorage = {
  async upload() {
    let taken = 0;
    return {
      async write(source: Readable) {
        for await (const chunk of source) {
          const before = Math.floor(taken / (256 * mebibyte));
          taken += chunk.length;
          if (Math.floor(taken / (256 * mebibyte)) > before) await sleep(200);
        }
        return taken;
      },
      complete: async () => {},
      abort: async () => {},
    };
  },
};

test('memory stays flat while 2 GiB are stored by a storage slower than the producer', async () => {
  const options = {
    storage: slowStorage,
    prefix: 'p/',
    compression: 'none',
    level: 3,
    signal,
    log: memoryLog(),
  } as const;
  const sink = createStreamedSink(options);
  await sink.fromCommands('warm-up', 'dump', [sh('head -c 200M /dev/zero')]);
  const growth = await growthDuring(async () => {
    const artefact = await sink.fromCommands('dump', 'dump', [sh('head -c 2G /dev/zero'), sh('cat')]);
    expect(artefact.bytes).toBe(2 ** 31);
  });
  expect(growth).toBeLessThan(60 * mebibyte);
});

test('100 MB of error lines stay bounded in memory, in the log and in the message', async () => {
  const path = join(mkdtempSync(join(folder, 'log-')), 'backup.log');
  const log = createJobLog(path, [], { maxBytes: mebibyte });
  const flood = sh('yes "fake: error: row is bad, and here is a long story about it" | head -c 100000000 >&2; exit 1');
  let message = '';
  const growth = await growthDuring(async () => {
    message = await startPipeline([flood], { signal, log }).done.then(String, String);
  });
  log.close();
  expect(message).toMatch(/^HoldfastError: run sh: exit code 1: fake: error: row is bad/);
  expect(message.length).toBeLessThan(1_200);
  expect(statSync(path).size).toBeLessThan(mebibyte + 200);
  expect(growth).toBeLessThan(80 * mebibyte);
});

test('an endless line is cut, and the lines after it are seen', async () => {
  const log = memoryLog();
  const endless = sh('(head -c 300000000 /dev/zero | tr "\\0" x; echo; echo after) >&2');
  const growth = await growthDuring(() => startPipeline([endless], { signal, log }).done);
  expect(growth).toBeLessThan(80 * mebibyte);
  expect(log.lines.map((line) => line.length)).toEqual([8_195, 8]);
  expect(log.lines[1]).toBe('sh after');
});
