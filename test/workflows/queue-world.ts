import type { HoldMode, MutexState } from '../../src/model/hold';
import { downgrade, parties, remove, request, type Turn } from '../../src/workflows/lock-queue';

/** The rules under test; a test of the properties breaks them on purpose. */
export interface Rules {
  readonly request: typeof request;
  readonly remove: typeof remove;
  readonly downgrade: typeof downgrade;
}

export const rules: Rules = { request, remove, downgrade };

interface Job {
  readonly runId: string;
  mode: HoldMode;
  arrival: number;
  life: 'waiting' | 'holding' | 'gone' | 'dead';
  token: number;
}

/** Jobs around one lock, and what happens to them; every move checks what must always hold, and throws what does not. */
export class QueueWorld {
  private readonly jobs: Job[] = [];
  private state: MutexState = { lock: 'shop', holders: [], waiters: [], lastToken: 0 };
  private now = 1_000;
  private lastToken = 0;
  private lastArrival = -1;

  constructor(private readonly rules: Rules) {}

  /** One move, as a number chooses it. */
  move(choice: number): void {
    const who = choice >> 4;
    moves[choice % moves.length]?.(this, who);
    this.now += (who % 5) - 2; // a clock that also goes back
    this.check();
  }

  /** Nobody new comes and the dead are found: everyone alive is granted in the end, and nothing is left over. */
  drain(): void {
    this.bury();
    for (let left = this.jobs.length; left > 0; left--) {
      this.check();
      this.giveBack(0);
    }
    if (this.jobs.some(({ life }) => life === 'waiting')) throw new Error('somebody alive was never granted');
    if (parties(this.state).length > 0) throw new Error('the lock is not free in the end');
  }

  ask(mode: HoldMode): void {
    const runId = `r${this.jobs.length}`;
    this.jobs.push({ runId, mode, arrival: this.jobs.length, life: 'waiting', token: 0 });
    this.tell(runId, mode);
  }

  /** A step that was tried again. */
  repeat(who: number): void {
    const job = this.pick(who, 'waiting', 'holding');
    if (job) this.tell(job.runId, job.mode);
  }

  private tell(runId: string, mode: HoldMode): void {
    this.take(
      this.rules.request(this.state, { workflowId: runId, runId, jobId: runId, mode, purpose: runId }, this.now),
    );
  }

  giveBack(who: number): void {
    const job = this.pick(who, 'holding');
    if (!job) return;
    job.life = 'gone';
    this.take(this.rules.remove(this.state, job.runId, this.now));
  }

  leave(who: number): void {
    const job = this.pick(who, 'waiting');
    if (!job) return;
    job.life = 'gone';
    this.take(this.rules.remove(this.state, job.runId, this.now));
  }

  lower(who: number): void {
    const job = this.pick(who, 'holding');
    if (!job) return;
    job.mode = 'shared';
    this.take(this.rules.downgrade(this.state, job.runId, this.now));
  }

  /** Nobody tells the mutex. */
  die(who: number): void {
    const job = this.pick(who, 'waiting', 'holding');
    if (job) job.life = 'dead';
  }

  bury(): void {
    for (const { runId } of parties(this.state))
      if (this.job(runId).life === 'dead') this.take(this.rules.remove(this.state, runId, this.now));
  }

  force(who: number): void {
    const job = this.pick(who, 'waiting', 'holding', 'dead');
    if (!job) return;
    job.life = job.life === 'dead' ? 'dead' : 'gone';
    this.take(this.rules.remove(this.state, job.runId, this.now));
  }

  /** It continues as new; or it ended when nobody held or waited, and the next one starts with its last token. */
  restart(who: number): void {
    const { lock, lastToken } = this.state;
    const idle = parties(this.state).length === 0;
    this.state = idle
      ? { lock, holders: [], waiters: [], lastToken }
      : (JSON.parse(JSON.stringify(this.state)) as MutexState);
    if (idle) this.now -= who % 1_000; // on another host, whose clock is behind
  }

  private take(turn: Turn): void {
    this.state = turn.state;
    const undeliverable: Job[] = [];
    for (const { runId, token } of turn.granted) {
      const job = this.job(runId);
      if (job.life === 'holding' && job.token === token) continue; // told again
      this.see(job, token);
      if (job.life === 'dead') undeliverable.push(job);
      else job.life = 'holding';
    }
    for (const { runId } of undeliverable) this.take(this.rules.remove(this.state, runId, this.now));
  }

  private see(job: Job, token: number): void {
    if (token <= this.lastToken) throw new Error(`token ${token} after ${this.lastToken}`);
    if (job.arrival <= this.lastArrival) throw new Error(`${job.runId} was served after somebody who came later`);
    this.lastToken = job.token = token;
    this.lastArrival = job.arrival;
  }

  private check(): void {
    const { holders, waiters } = this.state;
    const exclusive = holders.filter(({ mode }) => mode === 'exclusive').length;
    if (exclusive > 1) throw new Error('two exclusive holds');
    if (exclusive > 0 && holders.length > 1) throw new Error('a shared hold beside an exclusive one');
    const next = waiters[0];
    if (next && (holders.length === 0 || (next.mode === 'shared' && exclusive === 0)))
      throw new Error(`${next.runId} waits for nothing`);
    const runs = parties(this.state).map(({ runId }) => runId);
    if (new Set(runs).size < runs.length) throw new Error('somebody is in the lock twice');
    const present = this.jobs.filter(({ life }) => life === 'waiting' || life === 'holding').length;
    const known = runs.filter((runId) => this.job(runId).life !== 'dead').length;
    if (present !== known) throw new Error(`${present} jobs hold or wait, and the lock knows ${known}`);
  }

  private job(runId: string): Job {
    const job = this.jobs[Number(runId.slice(1))];
    if (job === undefined) throw new Error(`"${runId}" never asked`);
    return job;
  }

  private pick(who: number, ...lives: readonly Job['life'][]): Job | undefined {
    const found = this.jobs.filter(({ life }) => lives.includes(life));
    return found[who % Math.max(found.length, 1)];
  }
}

/** What can happen; what is there more than once happens more often. */
const moves: readonly ((world: QueueWorld, who: number) => void)[] = [
  ...Array(3).fill((world: QueueWorld) => world.ask('exclusive')),
  ...Array(4).fill((world: QueueWorld) => world.ask('shared')),
  ...Array(2).fill((world: QueueWorld, who: number) => world.giveBack(who)),
  (world, who) => world.lower(who),
  (world, who) => world.leave(who),
  (world, who) => world.die(who),
  (world) => world.bury(),
  (world, who) => world.force(who),
  (world, who) => world.repeat(who),
  (world, who) => world.restart(who),
];

/** What is wrong with the rules in a schedule of moves; undefined if nothing is. */
export function play(choices: readonly number[], by: Rules = rules): string | undefined {
  const world = new QueueWorld(by);
  try {
    for (const choice of choices) world.move(choice);
    world.drain();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
