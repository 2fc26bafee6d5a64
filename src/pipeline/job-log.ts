import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import type { JobLog } from './pipeline';

const defaultMaxBytes = 64 * 2 ** 20;
const masked = '***';
/** Shorter values would mask ordinary words, and are no secrets worth the name. */
const shortestSecret = 4;

export interface FileJobLog extends JobLog {
  readonly path: string;
  /** Syncs the file to disk; lines may follow. Throws what kept a line from being written: the log is not whole then. */
  flush(): void;
  /** Lines after this are dropped. Idempotent. */
  close(): void;
}

export interface JobLogOptions {
  /** Bound of the file's size; 64 MiB if absent. One line says where the log was cut. */
  readonly maxBytes?: number;
  readonly now?: () => Date;
}

/**
 * A log in a file (0600), appended to, so that a retried step goes on where the last one ended. Every line is written at once: what a killed
 * worker knew is on disk. Each of `secrets` is replaced by ***, wherever it stands.
 */
export function createJobLog(path: string, secrets: readonly string[] = [], options: JobLogOptions = {}): FileJobLog {
  return new JobLogFile(path, masker(secrets), options.maxBytes ?? defaultMaxBytes, options.now ?? (() => new Date()));
}

class JobLogFile implements FileJobLog {
  private descriptor: number | undefined;
  private bytes: number;
  private cut: boolean;
  private fault: unknown;

  constructor(
    readonly path: string,
    private readonly mask: (text: string) => string,
    private readonly maxBytes: number,
    private readonly now: () => Date,
  ) {
    this.descriptor = openSync(path, 'a+', 0o600);
    this.bytes = fstatSync(this.descriptor).size;
    this.cut = endsWith(this.descriptor, this.bytes, this.cutNotice());
  }

  line(source: string, text: string): void {
    if (this.descriptor === undefined || this.cut) return;
    const entries = this.mask(text)
      .split('\n')
      .map((part) => this.entry(source, part));
    const content = Buffer.from(entries.join(''));
    this.cut = this.bytes + content.length > this.maxBytes;
    const written = this.cut ? Buffer.from(this.entry('holdfast', this.cutNotice())) : content;
    this.write(this.descriptor, written);
  }

  flush(): void {
    if (this.fault !== undefined) throw this.fault;
    if (this.descriptor !== undefined) fsyncSync(this.descriptor);
  }

  close(): void {
    if (this.descriptor === undefined) return;
    closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  /** A full disk must end the log, not the worker: lines come from where nobody could catch it. */
  private write(descriptor: number, content: Buffer): void {
    try {
      writeSync(descriptor, content);
      this.bytes += content.length;
    } catch (error) {
      this.fault = error;
      this.cut = true;
    }
  }

  private cutNotice(): string {
    return `log cut here, at ${this.maxBytes} bytes`;
  }

  private entry(source: string, text: string): string {
    return `${this.now().toISOString()} ${source} ${text}\n`;
  }
}

function endsWith(descriptor: number, size: number, text: string): boolean {
  const tail = Buffer.alloc(Math.min(size, Buffer.byteLength(text) + 1));
  readSync(descriptor, tail, 0, tail.length, size - tail.length);
  return tail.toString() === `${text}\n`;
}

/** Longest first, so that a secret which is part of another leaves nothing of the longer one. */
function masker(secrets: readonly string[]): (text: string) => string {
  const values = [...new Set(secrets)]
    .filter((value) => value.length >= shortestSecret)
    .sort((a, b) => b.length - a.length);
  return (text) => values.reduce((masking, value) => masking.replaceAll(value, masked), text);
}
