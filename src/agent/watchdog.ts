import { setTimeout as sleep } from 'node:timers/promises';
import { allEnded } from '../pipeline/all-ended';
import { type DiscardParts, discardLoads } from './discard-loads';
import { type RescueParts, Rescuer } from './rescuer';
import type { RunSight } from './run-sight';
import type { WorkKey } from './running-work';
import type { SettleFolder, Spool } from './spool';

export interface WatchdogParts extends RescueParts, DiscardParts {
  readonly spool: Spool;
  readonly settleFolder: SettleFolder;
  /** Milliseconds between two rounds; 5,000 if absent. */
  readonly every?: number;
}

const defaultEvery = 5_000;
/** Between two looks at the folders in the spool; sooner after something has been ended or undone. */
const sweepEvery = 20_000;
/** A storage that hangs must not keep the watchdog from the databases. */
const sweepPatience = 3_000;

/**
 * Looks, when the agent starts and every few seconds, at what jobs have left behind on this host: databases out of service, work that nobody waits
 * for, data loaded for nothing, folders in the spool. Whatever belongs to a job that is over is ended, undone or removed.
 */
export class Watchdog {
  private readonly rescuer: Rescuer;
  private readonly stopping = new AbortController();
  private wake: () => void = () => {};
  private running: Promise<void> = Promise.resolve();
  private sweptAt = Number.NEGATIVE_INFINITY;
  private sweeping: Promise<void> | undefined;

  constructor(private readonly parts: WatchdogParts) {
    this.rescuer = new Rescuer(parts);
  }

  /** Starts looking; the first round begins at once. */
  start(): void {
    this.running = this.run();
  }

  /** Looks again soon: something has changed. */
  poke(): void {
    this.wake();
  }

  /** Resolves when the round under way is over. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the agent goes'));
    this.wake();
    await this.running;
  }

  /** One look at everything. Never rejects. */
  async round(): Promise<void> {
    const { signal } = this.stopping;
    const steps = [
      () => this.endUnwanted(),
      () => this.rescuer.round(signal),
      () => discardLoads(this.parts, signal),
      () => this.sweepAwhile(),
    ];
    for (const step of steps) {
      await step().catch((error) => this.parts.report.error(`the watchdog stumbled: ${String(error)}`));
    }
  }

  /** Brings up every database that is down because of a job, since nobody watches from now on. Call it after `stop`. */
  async bringEverythingUp(reason: string, signal: AbortSignal): Promise<void> {
    await this.rescuer.everything(reason, signal);
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      await this.round();
      const wait = new AbortController();
      const pause = sleep(this.parts.every ?? defaultEvery, undefined, { signal: wait.signal }).catch(() => {});
      await Promise.race([woken, pause]);
      wait.abort();
    }
  }

  private async endUnwanted(): Promise<void> {
    await allEnded(this.parts.register.unclaimed().map((key) => this.endIfUnwanted(key)));
  }

  private async endIfUnwanted(key: WorkKey): Promise<void> {
    const { register, lookAt, report } = this.parts;
    const reason = unwanted(await lookAt(key.workflowId, key.runId), key);
    if (reason === undefined) return;
    const ran = await register.endUnclaimed(key, reason);
    if (!ran) return;
    report.info(`ended step ${key.step} of job "${key.workflowId}": ${reason}`);
    this.sweptAt = Number.NEGATIVE_INFINITY;
  }

  private async sweepAwhile(): Promise<void> {
    this.sweeping ??= this.sweepSpool().finally(() => {
      this.sweeping = undefined;
    });
    await Promise.race([this.sweeping, sleep(sweepPatience, undefined, { ref: false })]);
  }

  private async sweepSpool(): Promise<void> {
    if (Date.now() - this.sweptAt < sweepEvery) return;
    const { spool, lookAt, report } = this.parts;
    const { removed, unanswered, unsettled } = await spool.sweep(lookAt, await this.jobsToBeUndone(), this.settle);
    if (unanswered === 0) this.sweptAt = Date.now();
    if (unsettled.length > 0) report.warn('could not yet clean up after jobs that are over', { jobs: unsettled });
    if (removed.length > 0) report.info('removed the spool folders of jobs that are over', { jobs: removed });
  }

  /** A step that has not heard yet that its job is over might seal what is being removed. */
  private readonly settle: SettleFolder = async (note, folder) => {
    await this.parts.register.closeRun(note.runId);
    await this.parts.settleFolder(note, folder);
  };

  /** What undoes them may stand in their folders. */
  private async jobsToBeUndone(): Promise<ReadonlySet<string>> {
    const { ledger, loads } = this.parts.books;
    const entries = await ledger.all(() => {}); // reported by the rescuer
    const loaded = await loads.all(() => {});
    return new Set([...entries.map(({ entry }) => entry.jobId), ...loaded.map(({ plan }) => plan.jobId)]);
  }
}

/** Why nobody will ever ask for this work again; undefined where somebody may. */
function unwanted(sight: RunSight, { activityId }: WorkKey): string | undefined {
  if (sight.state === 'closed' || sight.state === 'unknown') return 'its job is over';
  if (sight.state === 'unreachable') return undefined;
  const pending = sight.steps.find((step) => step.activityId === activityId);
  if (pending === undefined) return 'its job has gone on without it';
  return pending.cancelRequested ? 'it was cancelled' : undefined;
}
