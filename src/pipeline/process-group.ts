import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStat } from './owner-tag';

const longestPoll = 100;

/** A child and whatever it started, known by the child's id, which is the group's too. */
export class ProcessGroup {
  /** Whether we asked it to end: how it ended then says nothing. */
  terminated = false;
  private empty = false;
  private killer: NodeJS.Timeout | undefined;

  constructor(
    readonly id: number,
    private readonly killAfter: number,
  ) {}

  /** SIGTERM now, SIGKILL later to what is left. Idempotent. */
  terminate(): void {
    if (this.terminated || this.empty) return;
    this.terminated = true;
    this.send('SIGTERM');
    this.killer = setTimeout(() => this.send('SIGKILL'), this.killAfter);
  }

  /**
   * Resolves when no live process of the group is left. Called when the leader has been reaped; what it left behind may go on for
   * `killAfter`, then it is terminated.
   */
  async emptied(): Promise<void> {
    const deadline = performance.now() + this.killAfter;
    for (let pause = 1; !this.isEmpty(); pause = Math.min(pause * 2, longestPoll)) {
      if (performance.now() > deadline) this.terminate();
      await sleep(pause);
    }
    // From here on the id may come to mean another process: nothing is ever sent to it again.
    this.empty = true;
    clearTimeout(this.killer);
  }

  private isEmpty(): boolean {
    try {
      process.kill(-this.id, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
    }
    return !hasLiveMember(this.id);
  }

  private send(signal: NodeJS.Signals): void {
    if (this.empty) return;
    try {
      process.kill(-this.id, signal);
    } catch {
      // Gone meanwhile, or a setuid program that is not ours to end; `emptied` goes on waiting for the latter.
    }
  }
}

/** Dead members whose parent never reaps them count as gone: they hold no file and do no work. */
function hasLiveMember(group: number): boolean {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.some((pid) => {
    const stat = processStat(pid);
    return stat?.[4] === String(group) && stat[2] !== 'Z' && stat[2] !== 'X';
  });
}
