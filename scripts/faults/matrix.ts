import { type CellResult, neverCame, runBatch } from './batch';
import type { Build } from './build';
import { type OpenField, openField } from './field/open-field';
import { type Batch, type Group, lanesFor } from './plan';

export interface Watcher {
  readonly onBatch: (batch: Batch, results: readonly CellResult[], seconds: number) => void;
  readonly onTrouble: (what: string) => void;
  /** Keep the folders of fields in which something was wrong; true if absent. */
  readonly keepFolders?: boolean;
}

/** Runs all batches, on at most `fields` fields side by side. Resolves when all are done; a batch whose field broke counts as failed. */
export async function runGroups(
  build: Build,
  groups: readonly Group[],
  fields: number,
  watcher: Watcher,
): Promise<void> {
  const queues = groups.map(({ grounds, batches }) => ({ grounds, batches: [...batches], lanes: lanesFor(batches) }));
  const serve = async (nth: number): Promise<void> => {
    for (;;) {
      const open = queues.filter(({ batches }) => batches.length > 0);
      const queue = open[nth % Math.max(open.length, 1)];
      if (queue === undefined) return;
      await serveField(build, queue, watcher);
    }
  };
  await Promise.all(Array.from({ length: fields }, (_, nth) => serve(nth)));
}

interface Queue {
  readonly grounds: Group['grounds'];
  readonly batches: Batch[];
  readonly lanes: ReturnType<typeof lanesFor>;
}

/** Takes from the queue until it is empty or the field is of no more use. */
async function serveField(build: Build, { grounds, batches, lanes }: Queue, watcher: Watcher): Promise<void> {
  let field: OpenField | undefined;
  let good = true;
  let batch = batches.shift();
  while (batch !== undefined && good) {
    const began = Date.now();
    try {
      field ??= await openField({ build, lanes, grounds });
      const results = await runBatch(field, batch.fault, batch.cells);
      const [late, told] = apart(results, ({ wrong }) => wrong[0] === neverCame && batch?.again !== true);
      good = told.every(({ wrong }) => wrong.length === 0 || wrong[0] === neverCame);
      if (!good) watcher.onTrouble(`logs are kept in ${field.folder}`);
      watcher.onBatch(batch, told, (Date.now() - began) / 1000);
      // on a busy machine a job may be too late to be struck, which says nothing of the fault
      if (late.length > 0) batches.push({ ...batch, cells: late.map(({ cell }) => cell), again: true });
    } catch (error) {
      good = false;
      watcher.onTrouble(`${error instanceof Error ? error.stack : error}${field ? `; logs in ${field.folder}` : ''}`);
      if (batch.again !== true) batches.push({ ...batch, again: true });
      else watcher.onBatch(batch, broken(batch, error), (Date.now() - began) / 1000);
    }
    batch = good ? batches.shift() : undefined;
  }
  await field?.close({ keep: !good && (watcher.keepFolders ?? true) });
}

function apart<T>(all: readonly T[], has: (one: T) => boolean): [those: T[], others: T[]] {
  return [all.filter(has), all.filter((one) => !has(one))];
}

function broken({ cells }: Batch, error: unknown): CellResult[] {
  const wrong = [`the field broke: ${error instanceof Error ? error.message : String(error)}`];
  return cells.map((cell) => ({ cell, jobId: '', lane: '', wrong, end: '' }));
}
