import type { Readable } from 'node:stream';
import type { ArtefactSource } from '../engines/engine';
import { failure, HoldfastError } from '../model/errors';
import type { Artefact } from '../model/manifest';
import { decompressor } from './compression';
import { corruptArtefact, type FetchOptions, feedArtefact } from './feed-artefact';
import { fetchIntoFile } from './fetch-into-file';
import { limitOutput } from './output-limit';
import type { Command, JobLog } from './pipeline';
import { startPipeline } from './start-pipeline';
import { wholeLines } from './whole-lines';

export interface SourceOptions extends FetchOptions {
  readonly log: JobLog;
  /** Where it is kept which files were fetched whole, so that a retry keeps them; without it they are fetched anew. */
  readonly markFolder?: string;
}

export interface CheckedSource extends ArtefactSource {
  /** Reads it whole: rejects with `backup-corrupt` unless hash, stored size and size after decompression are the manifest's. */
  check(artefact: Artefact): Promise<void>;
}

/** For artefacts without compression, where a pipe is wanted nonetheless. */
const cat: Command = { program: 'cat', args: [], telling: wholeLines };
/** More than this is no small text. */
const maxText = 256 * 2 ** 20;

/** Artefacts of one backup. May be asked for several at once. */
export function createArtefactSource(options: SourceOptions): CheckedSource {
  return {
    intoCommands: (artefact, commands) => run(artefact, commands, options),
    intoFile: (artefact, path) =>
      fetchIntoFile(artefact, path, (descriptor) => run(artefact, [], options, { stdout: descriptor }), options),
    text: (artefact) => fetchText(artefact, options),
    check: (artefact) => run(artefact, [], options),
  };
}

interface Destination {
  /** Where the last process writes: nowhere if absent. */
  readonly stdout?: 'pipe' | number;
  readonly read?: (stdout: Readable) => void;
}

/** storage → hash → decompressor → commands. */
async function run(artefact: Artefact, given: readonly Command[], options: SourceOptions, to: Destination = {}) {
  const recoding = decompressor(artefact.compression);
  const needed = [...recoding.commands, ...given];
  const commands = needed.length === 0 && to.stdout !== undefined ? [cat] : needed;
  if (commands.length === 0) return feedArtefact(artefact, options);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const { log, backupId } = options;
  const limited =
    typeof to.stdout === 'number' ? commands.map((each) => ({ ...each, largestFile: artefact.bytes })) : commands;
  const running = startPipeline(limited, { signal, log, stdin: 'pipe', stdout: to.stdout ?? 'none' });
  const tooMuch = () => stop.abort(tooLarge(artefact, backupId));
  const [first] = running.pids;
  const limit =
    recoding.commands.length > 0 && first !== undefined ? limitOutput(first, artefact.bytes, tooMuch) : undefined;
  if (running.stdout) to.read?.(running.stdout);
  const feeding = feedArtefact(artefact, { ...options, signal }, running.stdin).catch((error) => {
    stop.abort(error);
    throw error;
  });
  const [fed, ended] = await Promise.allSettled([feeding, running.done]);
  limit?.end();
  options.signal.throwIfAborted();
  stop.signal.throwIfAborted();
  if (fed.status === 'rejected') throw fed.reason;
  if (ended.status === 'rejected') throw loadError(artefact, backupId, ended.reason);
  const plain = recoding.counts()?.plain ?? artefact.bytes;
  if (plain === artefact.bytes) return;
  throw corruptArtefact(artefact, backupId, `it decompresses to ${plain} bytes, its manifest says ${artefact.bytes}`);
}

/** A decompressor that fails by itself was given what no compressor wrote. */
function loadError(artefact: Artefact, backup: string, error: unknown): unknown {
  if (!(error instanceof HoldfastError) || error.code !== 'process-failed') return error;
  const { tool, reason, signal } = error.details;
  if (signal === 'SIGXFSZ') return tooLarge(artefact, backup);
  if (tool === 'zstd' && signal === undefined) {
    return corruptArtefact(artefact, backup, `it does not decompress: ${reason}`, error);
  }
  return failure('load-failed', { backup, tool, reason }, error);
}

function tooLarge(artefact: Artefact, backup: string): HoldfastError {
  return corruptArtefact(artefact, backup, `it decompresses to more than the ${artefact.bytes} bytes of its manifest`);
}

async function fetchText(artefact: Artefact, options: SourceOptions): Promise<string> {
  if (artefact.bytes > maxText) {
    throw corruptArtefact(artefact, options.backupId, `${artefact.bytes} bytes are too many for a text`);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  let closed: Promise<unknown> | undefined;
  const read = (stdout: Readable) => {
    stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= artefact.bytes) chunks.push(chunk);
      else stdout.destroy();
    });
    closed = new Promise((resolve) => stdout.once('close', resolve));
  };
  const told = (error: unknown) => (length > artefact.bytes ? tooLarge(artefact, options.backupId) : error);
  await run(artefact, [], options, { stdout: 'pipe', read }).catch((error) => {
    throw told(error);
  });
  await closed;
  return Buffer.concat(chunks).toString('utf8');
}
