import { z } from 'zod';
import type { RestorePlan } from '../model/plan';
import { allEnded } from '../pipeline/all-ended';
import { bookedNames, bookPath } from './book-folder';
import { removeDurably, writeDurably } from './durable-file';
import { readOrSetAside, type Warner } from './set-aside';

const Load = z.object({
  workflowId: z.string(),
  runId: z.string(),
  plan: z.custom<RestorePlan>((value) => typeof value === 'object' && value !== null),
});
export type Load = z.infer<typeof Load>;

const lost =
  'what restores that are over have loaded may lie beside the live data; see what is there, and remove it by hand';

/**
 * Which restores have begun to load beside the live data and have neither swapped it in nor thrown it away. Called only while the database is
 * held exclusively in the ledger.
 */
export class Loads {
  constructor(
    private readonly state: string,
    private readonly report: Warner,
  ) {}

  of(database: string): Promise<readonly Load[]> {
    return readOrSetAside(this.file(database), z.array(Load), [], { report: this.report, lost });
  }

  /** The loads of every database; unreadable books are reported instead. */
  async all(onUnreadable: (error: unknown) => void): Promise<readonly Load[]> {
    const reported = (error: unknown): readonly never[] => {
      onUnreadable(error);
      return [];
    };
    const names = await bookedNames(this.state).catch(reported);
    return (await allEnded(names.map((name) => this.of(name).catch(reported)))).flat();
  }

  /** Written before the load begins, so that nothing lies about unknown. */
  async begin(load: Load): Promise<void> {
    const { database, jobId } = load.plan;
    await this.write(database, [...(await this.others(database, jobId)), load]);
  }

  async end(database: string, jobId: string): Promise<void> {
    await this.write(database, await this.others(database, jobId));
  }

  private async others(database: string, jobId: string): Promise<readonly Load[]> {
    return (await this.of(database)).filter(({ plan }) => plan.jobId !== jobId);
  }

  private async write(database: string, loads: readonly Load[]): Promise<void> {
    if (loads.length > 0) return writeDurably(this.file(database), JSON.stringify(loads));
    await removeDurably(this.file(database));
  }

  private file(database: string): string {
    return bookPath(this.state, database, 'loads.json');
  }
}
