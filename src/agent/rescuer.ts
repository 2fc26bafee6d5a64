import { allEnded } from '../pipeline/all-ended';
import type { AgentReport } from './agent-report';
import type { Books } from './books';
import { type BroughtUp, rescue } from './bring-up';
import type { FoundEntry } from './ledger';
import type { Register } from './register';
import type { LookAtRun, RunSight } from './run-sight';
import { Silence } from './silence';
import type { StopEntry } from './stop-entry';
import type { WithUnit } from './with-unit';

export interface RescueParts {
  readonly books: Books;
  readonly register: Register;
  readonly lookAt: LookAtRun;
  readonly withUnit: WithUnit;
  readonly report: AgentReport;
  /** Counts databases that were brought back up, for monitoring. */
  readonly countRescue: (database: string) => void;
}

/** An outage of Temporal must last this long before it counts, also where the downtime is up already. */
const longestGrace = 60_000;
const longestPause = 60_000;
const forsaken = 'its job asks for nothing: no control worker takes care of it';

interface Verdict {
  readonly reason: string;
  /** The job may still be there, and has to learn that its time was up. */
  readonly overdue?: boolean;
}

/** Brings databases back up whose job will not. */
export class Rescuer {
  private readonly silence = new Silence();
  /** How long an open job has asked for no step, which it does at once when a control worker is there. */
  private readonly idleness = new Silence();
  /** When to try again what failed, per run: a server that does not start is not started every few seconds for ever. */
  private readonly pauses = new Map<string, { next: number; pause: number }>();

  constructor(private readonly parts: RescueParts) {}

  /** Looks at every entry once. Never rejects. */
  async round(signal: AbortSignal): Promise<void> {
    const { books, report } = this.parts;
    const entries = await books.ledger.all((error) => report.error(String(error)));
    await allEnded(entries.map((found) => this.look(found, signal)));
  }

  /** Brings up whatever is down because of a job, since this agent goes; its jobs take it down again when it is back. Never rejects. */
  async everything(reason: string, signal: AbortSignal): Promise<void> {
    const { books, report } = this.parts;
    const entries = await books.ledger.all((error) => report.error(String(error)));
    await allEnded(entries.map((found) => this.act(found, { reason }, signal)));
  }

  private async look(found: FoundEntry, signal: AbortSignal): Promise<void> {
    const { workflowId, runId } = found.entry;
    const sight = await this.parts.lookAt(workflowId, runId);
    const verdict = this.judge(found.entry, sight);
    if (verdict === undefined || Date.now() < (this.pauses.get(runId)?.next ?? 0)) return;
    await this.act(found, verdict, signal);
  }

  /** Why the database must come up now; undefined while its job can look after it. */
  private judge(entry: StopEntry, sight: RunSight): Verdict | undefined {
    const silent = this.silence.note(entry.runId, sight.state !== 'unreachable');
    const idle = this.idleness.note(entry.runId, sight.state !== 'open' || sight.steps.length > 0);
    if (sight.state === 'closed') return { reason: `its job is over (${sight.how})` };
    if (sight.state === 'unknown') return { reason: 'Temporal does not know its job' };
    const grace = Math.min(longestGrace, entry.plan.timeouts.maxDowntime);
    if (Math.max(silent, idle) < grace || Date.now() < Date.parse(entry.deadline)) return undefined;
    const why = sight.state === 'unreachable' ? `Temporal cannot be asked about its job (${sight.reason})` : forsaken;
    return { reason: `max-downtime is over, and ${why}`, overdue: true };
  }

  private async act({ database, entry }: FoundEntry, verdict: Verdict, signal: AbortSignal): Promise<void> {
    const { report } = this.parts;
    const details = { database, unit: entry.unit, job: entry.jobId, since: entry.since };
    try {
      const done = await this.bringBack(database, entry, verdict, signal);
      this.pauses.delete(entry.runId);
      if (done) this.tell(database, done, verdict.reason, details);
    } catch (error) {
      const pause = Math.min((this.pauses.get(entry.runId)?.pause ?? 1_000) * 2, longestPause);
      this.pauses.set(entry.runId, { next: Date.now() + pause, pause });
      report.error(`database "${database}" is OUT OF SERVICE and could not be brought back: ${textOf(error)}`, details);
    }
  }

  /** undefined where somebody else has taken the entry over or closed it meanwhile. */
  private async bringBack(
    database: string,
    { unit, runId, jobId, workflowId, plan, lock }: StopEntry,
    { reason, overdue }: Verdict,
    signal: AbortSignal,
  ): Promise<BroughtUp | undefined> {
    const { books, register, withUnit } = this.parts;
    await register.endRun(runId, reason);
    return books.ledger.exclusively(lock, async () => {
      const entry = await books.ledger.find(database, unit);
      if (entry?.runId !== runId) return undefined;
      if (overdue) await this.tellOverdue(database, { jobId, unit, runId, reason });
      const job = { jobId, workflowId, runId };
      return withUnit({ database, unit, job, jobType: plan.jobType, signal }, (opened) => {
        opened.context.log.line('holdfast', `bringing the database back up: ${reason}`);
        return rescue(books, database, entry, opened);
      });
    });
  }

  /** Where that cannot be written the database comes up all the same: its backup finds that, and is void too. */
  private async tellOverdue(database: string, job: Parameters<Books['downtimes']['markOverdue']>[1]): Promise<void> {
    const { books, report } = this.parts;
    await books.downtimes.markOverdue(database, job).catch((error) => {
      report.error(`could not note that the downtime of job "${job.jobId}" is over: ${textOf(error)}`);
    });
  }

  private tell(database: string, { downtimeMs, leftStopped }: BroughtUp, reason: string, details: object): void {
    const { report, countRescue } = this.parts;
    if (leftStopped) {
      report.warn(`database "${database}" is left stopped, as it was: ${reason}`, { ...details });
      return;
    }
    countRescue(database);
    report.error(`database "${database}" was out of service, and is back: ${reason}`, { ...details, downtimeMs });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
