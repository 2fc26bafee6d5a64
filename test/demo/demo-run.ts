import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/** A run of the demo with a temporary folder of its own, in which everything that it leaves can be seen. */
export class DemoRun {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-demo-test-')));
  output = '';
  errors = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor(command: readonly [string, ...string[]], environment: Readonly<Record<string, string>> = {}) {
    chmodSync(this.folder, 0o755); // PostgreSQL runs as a user of its own
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: this.folder, ...environment };
    const [program, ...args] = command;
    // a process group of its own, as a terminal makes one
    this.child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.ended = once(this.child, 'close');
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  /** Resolves to the exit code. */
  async end(): Promise<number | null> {
    await this.ended;
    return this.child.exitCode;
  }

  /** What Ctrl-C does: the whole group hears it. */
  interrupt(): void {
    process.kill(-(this.child.pid ?? 0), 'SIGINT');
  }

  async says(text: string): Promise<void> {
    while (!this.output.includes(text) && this.child.exitCode === null) await new Promise((go) => setTimeout(go, 50));
  }

  /** Processes that have to do with its folder, and what lies in it, save the cache of the program that runs TypeScript. */
  remains(): { processes: string[]; files: string[] } {
    const files = readdirSync(this.folder).filter((name) => !name.startsWith('tsx-'));
    return { processes: processesOf(this.folder), files };
  }

  /** Ends it if it still runs; its guards need a moment for what it started. */
  async remove(): Promise<void> {
    if (this.child.exitCode === null) process.kill(-(this.child.pid ?? 0), 'SIGKILL'); // not only what runs TypeScript
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
  }
}

function processesOf(folder: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const seen = [read(pid, 'cmdline'), read(pid, 'environ'), workingFolder(pid)];
    return seen.some((text) => text.includes(folder)) ? [seen[0]?.replaceAll('\0', ' ') ?? pid] : [];
  });
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
