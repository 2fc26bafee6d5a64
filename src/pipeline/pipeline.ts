import type { Readable, Writable } from 'node:stream';

/** What of a line of stderr a failure may repeat; undefined for nothing of it. */
export type Telling = (line: string) => string | undefined;

/** One child process. Its argv is seen by every user of the host: no secret belongs there. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to a minimal environment; secrets are allowed here. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Operating system user to become, where Holdfast runs as root; ignored if it is already that user. */
  readonly user?: string;
  /** Bytes that a file may have which it writes to; a program that goes beyond fails. */
  readonly largestFile?: number;
  /** Exit codes that mean success; [0] if absent. */
  readonly accept?: readonly number[];
  /**
   * Made anew for each process. What programs print may hold data and secrets, and a failure's message leaves this host: it repeats nothing where this is
   * absent. The log has all of it.
   */
  readonly telling?: () => Telling;
  /** Called with every complete line of stderr, besides the log. */
  readonly onStderrLine?: (line: string) => void;
  /** Characters that are kept of a line of stderr; 8,192 if absent. */
  readonly longestLine?: number;
  /** Called with every complete line of stdout, where nobody else reads that: of the last command, and of a witness. */
  readonly onStdoutLine?: (line: string) => void;
  /** Lines of stderr that are for `onStderrLine` alone: kept out of the log and of every message. */
  readonly unlogged?: (line: string) => boolean;
  /**
   * Reads a copy of what this one writes to stdout while it passes, and must end well too. So bytes are proved before anybody calls them
   * complete.
   */
  readonly witness?: Command;
}

/** Where the lines of tools and steps go; each line is one entry of backup.log or restore.log. Never given a secret. */
export interface JobLog {
  line(source: string, text: string): void;
}

export interface PipelineOptions {
  /** Aborts with SIGTERM to every process group, then SIGKILL after `killAfter`. */
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** Milliseconds between SIGTERM and SIGKILL; 10,000 if absent. */
  readonly killAfter?: number;
  /** The first child's stdin: nothing, this file's descriptor, or bytes written by Node to `stdin`. */
  readonly stdin?: 'none' | 'pipe' | number;
  /**
   * The last child's stdout: discarded, this file's descriptor, or read by Node from `stdout`. Large amounts are read as `blocks`, whose memory is
   * used again when the next one is asked for; with `pipe` a chunk may be kept.
   */
  readonly stdout?: 'none' | 'pipe' | 'blocks' | number;
}

export interface ProcessEnd {
  readonly program: string;
  readonly code: number | null;
  readonly signal: string | null;
  /** Of its stderr what may be told: ERROR and WARN lines joined and bounded, else the last line (C6). */
  readonly told: string;
}

/** Children joined by OS pipes: the bytes between them never pass through Node. */
export interface RunningPipeline {
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  readonly pids: readonly number[];
  /**
   * Settles when every child has ended. Rejects with `process-failed` naming the child that failed first in cause (a SIGPIPE of a neighbour
   * is not the cause), or with the signal's reason if aborted. Never settles before all process groups are gone.
   */
  readonly done: Promise<readonly ProcessEnd[]>;
}

/**
 * Starts the children. Never leaves one behind: they die with this process (parent-death signal) and with `signal`. Throws `tool-missing`
 * before anything is started, or the signal's reason if it is aborted already.
 */
export type StartPipeline = (commands: readonly Command[], options: PipelineOptions) => RunningPipeline;
