import { Readable } from 'node:stream';
import type { ArtefactSink } from '../engines/engine';
import { failure } from '../model/errors';
import type { Artefact } from '../model/manifest';
import type { Storage } from '../storage/storage';
import { compressor, type Recoding, suffixOf } from './compression';
import type { Command, JobLog } from './pipeline';
import { startPipeline } from './start-pipeline';
import { type Producer, storeStream } from './store-stream';

export interface SinkOptions {
  readonly compression: Artefact['compression'];
  /** Of zstd, 1 to 19. */
  readonly level: number;
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** Called with the stored bytes moved since the last call. */
  readonly onBytes?: (bytes: number) => void;
}

export interface StreamedSinkOptions extends SinkOptions {
  readonly storage: Pick<Storage, 'upload'>;
  /** Key of the backup's own folder, ending in `/`. */
  readonly prefix: string;
}

/**
 * Streams straight into the storage. An artefact that was returned is complete there; one that failed has left nothing. A retry writes it
 * anew, in place of the former. May take several artefacts at once.
 */
export function createStreamedSink(options: StreamedSinkOptions): ArtefactSink {
  const store = async (name: string, role: string, commands: readonly Command[], text?: string): Promise<Artefact> => {
    const path = artefactPath(name, options.compression);
    const recoding = compressor(options.compression, options.level);
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    const begin = () =>
      produce([...commands, ...recoding.commands], { signal, log: options.log, stop, recoding, text });
    const stored = await storeStream(options.storage, options.prefix + path, begin, options);
    const bytes = plainBytes(options.compression, recoding, stored.bytes);
    return artefactOf(path, role, options.compression, { bytes, stored: stored.bytes, sha256: stored.sha256 });
  };
  return {
    fromCommands: (name, role, commands) => store(name, role, commands),
    fromText: (name, role, text) => store(name, role, [], text),
  };
}

interface Production {
  readonly signal: AbortSignal;
  readonly log: JobLog;
  readonly stop: AbortController;
  readonly recoding: Recoding;
  /** What the first command reads, or the bytes themselves where there is no command. */
  readonly text?: string;
}

function produce(commands: readonly Command[], { signal, log, stop, recoding, text }: Production): Producer {
  const producer = { stop: (cause: unknown) => stop.abort(cause), counted: () => recoding.counts()?.stored };
  if (commands.length === 0)
    return { ...producer, stream: Readable.from([Buffer.from(text ?? '')]), produced: Promise.resolve() };
  const stdin = text === undefined ? 'none' : 'pipe';
  const running = startPipeline(commands, { signal, log, stdin, stdout: 'blocks' });
  running.stdin?.end(text);
  return { ...producer, stream: running.stdout ?? Readable.from([]), produced: running.done };
}

/** Path below the backup's own folder. */
export function artefactPath(name: string, compression: Artefact['compression']): string {
  return `data/${name}${suffixOf(compression)}`;
}

/** The size before compression, as the compressor counted it. */
export function plainBytes(compression: Artefact['compression'], recoding: Recoding, storedBytes: number): number {
  if (compression === 'none') return storedBytes;
  const plain = recoding.counts()?.plain;
  if (plain !== undefined) return plain;
  throw failure('process-failed', { tool: compression, reason: 'it did not say how many bytes it compressed' });
}

interface Sizes {
  readonly bytes: number;
  readonly stored: number;
  readonly sha256: string;
}

export function artefactOf(path: string, role: string, compression: Artefact['compression'], sizes: Sizes): Artefact {
  const { bytes, stored, sha256 } = sizes;
  return { path, bytes, 'stored-bytes': stored, sha256, compression, encryption: 'none', role };
}
