import type { Readable } from 'node:stream';
import type { ArtefactSource } from '../engines/engine';
import { failure, HoldfastError } from '../model/errors';
import type { Artefact } from '../model/manifest';
import { decompressor } from './compression';
import { corruptArtefact, type FetchOptions, feedArtefact } from './feed-artefact';
import { fetchIntoFile } from './fetch-into-file';
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
  const running = startPipeline(commands, { signal, log, stdin: 'pipe', stdout: to.stdout ?? 'none' });
  if (running.stdout) to.read?.(running.stdout);
  const feeding = feedArtefact(artefact, { ...options, signal }, running.stdin).catch((error) => {
    stop.abort(error);
    throw error;
  });
  const [fed, ended] = await Promise.allSettled([feeding, running.done]);
  options.signal.throwIfAborted();
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
  if (tool === 'zstd' && signal === undefined) {
    return corruptArtefact(artefact, backup, `it does not decompress: ${reason}`, error);
  }
  return failure('load-failed', { backup, tool, reason }, error);
}

async function fetchText(artefact: Artefact, options: SourceOptions): Promise<string> {
  if (artefact.bytes > maxText) {
    throw corruptArtefact(artefact, options.backupId, `${artefact.bytes} bytes are too many for a text`);
  }
  const chunks: Buffer[] = [];
  let closed: Promise<unknown> | undefined;
  const read = (stdout: Readable) => {
    stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    closed = new Promise((resolve) => stdout.once('close', resolve));
  };
  await run(artefact, [], options, { stdout: 'pipe', read });
  await closed;
  return Buffer.concat(chunks).toString('utf8');
}
