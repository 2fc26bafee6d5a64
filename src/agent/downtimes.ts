import { z } from 'zod';
import { bookPath } from './book-folder';
import { writeDurably } from './durable-file';
import { readOrSetAside, type Warner } from './set-aside';

const Downtime = z.object({
  jobId: z.string(),
  unit: z.string(),
  spells: z.record(z.string(), z.number()).describe('each time out of service: when it began, and milliseconds'),
  leftStopped: z.boolean().describe('it was stopped before the job, so it was left so'),
  overdue: z
    .object({ runId: z.string(), reason: z.string() })
    .optional()
    .describe('the watchdog has ended it: that run of the job must not take the database down again'),
});
export type Downtime = z.infer<typeof Downtime>;

const remembered = 20;
const lost = 'what past jobs cost is forgotten';

/** All the time that a job kept its database out of service, in milliseconds. */
export function totalMs(downtime: Downtime | undefined): number {
  return Object.values(downtime?.spells ?? {}).reduce((sum, ms) => sum + ms, 0);
}

/**
 * What past jobs cost, kept beyond the ledger's entry: a step that is run again after its answer was lost still answers the truth.
 * Called only while the database is held exclusively in the ledger.
 */
export class Downtimes {
  constructor(
    private readonly state: string,
    private readonly report: Warner,
  ) {}

  async of(database: string, jobId: string, unit: string): Promise<Downtime | undefined> {
    return (await this.read(database)).find((item) => item.jobId === jobId && item.unit === unit);
  }

  /** Adds to what is known of the job, since a job may stop its database more than once; the same spell counts once. */
  async add(database: string, more: Downtime): Promise<Downtime> {
    const all = await this.read(database);
    const isSame = (item: Downtime) => item.jobId === more.jobId && item.unit === more.unit;
    const before = all.find(isSame);
    const sum = { ...before, ...more, spells: { ...before?.spells, ...more.spells } };
    const kept = [...all.filter((item) => !isSame(item)), sum].slice(-remembered);
    await writeDurably(this.file(database), JSON.stringify(kept));
    return sum;
  }

  /** The watchdog ends this downtime: what the job copies, or has copied and not told, is void. */
  async markOverdue(
    database: string,
    job: { jobId: string; unit: string; runId: string; reason: string },
  ): Promise<void> {
    const { jobId, unit, runId, reason } = job;
    const before = await this.of(database, jobId, unit);
    const leftStopped = before?.leftStopped ?? false;
    await this.add(database, { jobId, unit, spells: {}, leftStopped, overdue: { runId, reason } });
  }

  private read(database: string): Promise<readonly Downtime[]> {
    return readOrSetAside(this.file(database), z.array(Downtime), [], { report: this.report, lost });
  }

  private file(database: string): string {
    return bookPath(this.state, database, 'downtimes.json');
  }
}
