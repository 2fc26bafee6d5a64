import type { Artefact } from '../model/manifest';
import type { Command } from './pipeline';
import { wholeLines } from './whole-lines';

type Compression = Artefact['compression'];

/** A step of a pipe that changes the form of the bytes: no command where there is nothing to change. */
export interface Recoding {
  readonly commands: readonly Command[];
  /** What went in and what came out, exactly, as the tool counted them; undefined before it ended well, and where there is no command. */
  counts(): RecodingCounts | undefined;
}

export interface RecodingCounts {
  /** Bytes before compression. */
  readonly plain: number;
  /** Bytes as stored; undefined where the tool did not say. */
  readonly stored?: number;
}

/** What a compressed artefact's name ends in. */
export function suffixOf(compression: Compression): string {
  return compression === 'zstd' ? '.zst' : '';
}

/** From plain on stdin to stored on stdout. */
export function compressor(compression: Compression, level: number): Recoding {
  if (compression === 'none') return nothing;
  return counted(['-T0', `-${level}`], (line) => {
    const [, plain, stored] = compressed.exec(line) ?? [];
    return plain && stored ? { plain: Number(plain), stored: Number(stored) } : undefined;
  });
}

/** From stored on stdin to plain on stdout. */
export function decompressor(compression: Compression): Recoding {
  if (compression === 'none') return nothing;
  return counted(['-d'], (line) => {
    const [, plain] = decompressed.exec(line) ?? [];
    return plain ? { plain: Number(plain) } : undefined;
  });
}

const nothing: Recoding = { commands: [], counts: () => undefined };
/** `/*stdin*\ :100.00% (3000000 B => 3000079 B, /*stdout*\)`; versions before 1.5 write `(3000000 => 3000079 bytes`. */
const compressed = /\(\s*(\d+)(?: B)? =>\s*(\d+) (?:B|bytes),/;
/** `/*stdin*\ : 3000000 bytes`. */
const decompressed = /^\/\*stdin\*\\\s*: (\d+) bytes\s*$/;
const telling = /^zstd: |error|warn/i;

/** At -vv zstd counts in whole bytes at its end: the size before compression is known without a byte of it passing Node. */
function counted(args: readonly string[], read: (line: string) => RecodingCounts | undefined): Recoding {
  let counts: RecodingCounts | undefined;
  const command: Command = {
    program: 'zstd',
    args: ['-vv', '--no-progress', ...args, '-c'],
    telling: wholeLines,
    onStderrLine: (line) => {
      counts = read(line) ?? counts;
    },
    unlogged: (line) => !telling.test(line),
  };
  return { commands: [command], counts: () => counts };
}
