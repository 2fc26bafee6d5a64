import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtefactSink } from '../engines/engine';
import type { Artefact } from '../model/manifest';
import { artefactOf, artefactPath, plainBytes, type SinkOptions } from './artefact-sink';
import { compressor } from './compression';
import type { Command } from './pipeline';
import { startPipeline } from './start-pipeline';
import { syncFolder } from './sync-folder';

/**
 * In the spool, hashed only when it is uploaded, so that the copy which costs downtime costs nothing else. No manifest takes an
 * artefact with this hash.
 */
export const notYetHashed = '';

export interface StagedSinkOptions extends SinkOptions {
  /** Of this job, in the spool. The artefact `data/x` becomes the file `data/x` in it. */
  readonly folder: string;
}

const progressEvery = 500;

/** Lets the last process write straight into a file: no byte passes Node. A file that is there under its name is complete and synced. */
export function createStagedSink(options: StagedSinkOptions): ArtefactSink {
  const stage = async (name: string, role: string, commands: readonly Command[], text?: string): Promise<Artefact> => {
    const path = artefactPath(name, options.compression);
    const file = join(options.folder, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const recoding = compressor(options.compression, options.level);
    const stored = await writeFile(file, [...commands, ...recoding.commands], text, options);
    const bytes = plainBytes(options.compression, recoding, stored);
    return artefactOf(path, role, options.compression, { bytes, stored, sha256: notYetHashed });
  };
  return {
    fromCommands: (name, role, commands) => stage(name, role, commands),
    fromText: (name, role, text) => stage(name, role, [], text),
  };
}

async function writeFile(
  file: string,
  commands: readonly Command[],
  text: string | undefined,
  options: StagedSinkOptions,
) {
  const partial = `${file}.partial`;
  const handle = await open(partial, 'w', 0o600);
  const progress = watchSize(handle, options.onBytes);
  try {
    if (commands.length === 0) await handle.writeFile(text ?? '');
    else await runInto(handle.fd, commands, text, options);
    await handle.sync();
    const { size } = await handle.stat();
    await rename(partial, file);
    await syncFolder(dirname(file));
    progress.finish(size);
    return size;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    progress.stop();
    await handle.close();
  }
}

async function runInto(
  descriptor: number,
  commands: readonly Command[],
  text: string | undefined,
  options: StagedSinkOptions,
) {
  const stdin = text === undefined ? 'none' : 'pipe';
  const { signal, log } = options;
  const running = startPipeline(commands, { signal, log, stdin, stdout: descriptor });
  running.stdin?.end(text);
  await running.done;
}

/** Progress of bytes that we do not see: the file grows. */
function watchSize(
  handle: FileHandle,
  onBytes?: (bytes: number) => void,
): { finish(size: number): void; stop(): void } {
  let reported = 0;
  const report = (size: number) => {
    if (size > reported) onBytes?.(size - reported);
    reported = Math.max(reported, size);
  };
  const timer = setInterval(() => {
    handle.stat().then(
      ({ size }) => report(size),
      () => {},
    );
  }, progressEvery);
  return { finish: report, stop: () => clearInterval(timer) };
}
