import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStreamedSink } from '../../src/pipeline/artefact-sink';
import { createJobLog } from '../../src/pipeline/job-log';
import type { Command } from '../../src/pipeline/pipeline';
import { startPipeline } from '../../src/pipeline/start-pipeline';
import { wholeLines } from '../../src/pipeline/whole-lines';
import type { ByteSource } from '../../src/storage/storage';
import { memoryLog } from './memory-log';

/**
 * A process of its own, so that its peak memory is that of one flood: runs the one it is told, after a small one that loads all code, and prints what
 * it told besides `growth` of its peak in MiB.
 */
const floods: Readonly<Record<string, (size: number) => Promise<object>>> = { artefact, errors, line };

const mebibyte = 2 ** 20;
const signal = new AbortController().signal;
const sh = (script: string): Command => ({ program: 'sh', args: ['-c', script], telling: wholeLines });

/** A storage that is slower than the producer: what it does not take yet must wait in the pipe, not in memory. */
const slowStorage = {
  async upload() {
    return {
      async write(source: ByteSource) {
        let taken = 0;
        for await (const chunk of source) {
          if (Math.floor((taken + chunk.length) / (128 * mebibyte)) > Math.floor(taken / (128 * mebibyte)))
            await sleep(100);
          taken += chunk.length;
        }
        return taken;
      },
      complete: async () => {},
      abort: async () => {},
    };
  },
};

async function artefact(size: number): Promise<object> {
  const sink = createStreamedSink({
    ...{ storage: slowStorage, prefix: 'p/', compression: 'none', level: 3, signal, log: memoryLog() },
  });
  const { bytes } = await sink.fromCommands('dump', 'dump', [sh(`head -c ${size} /dev/zero`), sh('cat')]);
  return { bytes };
}

async function errors(size: number): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-flood-'));
  try {
    const path = join(folder, 'backup.log');
    const log = createJobLog(path, [], { maxBytes: mebibyte });
    const script = `yes "fake: error: row is bad, and here is a long story about it" | head -c ${size} >&2; exit 1`;
    const message = await startPipeline([sh(script)], { signal, log }).done.then(String, String);
    log.close();
    return { message, logged: statSync(path).size };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function line(size: number): Promise<object> {
  const log = memoryLog();
  const script = `(head -c ${size} /dev/zero | tr "\\0" x; echo; echo after) >&2`;
  await startPipeline([sh(script)], { signal, log }).done;
  return { lines: log.lines.map((text) => (text.length > 100 ? text.length : text)) };
}

async function main(name = '', size = '0'): Promise<void> {
  const flood = floods[name];
  if (!flood) throw new RangeError(`no flood "${name}"`);
  await flood(8 * mebibyte);
  const before = process.resourceUsage().maxRSS;
  const told = await flood(Number(size));
  process.stdout.write(JSON.stringify({ ...told, growth: (process.resourceUsage().maxRSS - before) / 1024 }));
}

void main(...process.argv.slice(2));
