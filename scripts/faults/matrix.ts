import { type CellResult, neverCame, runBatch } from './batch';
import type { Build } from './build';
import { type OpenField, openField } from './field/open-field';
import { type Batch, type Group, hasUsualService, lanesFor } from './plan';

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
  const queues = queuesOf(groups);
  const serve = async (nth: number): Promise<void> => {
    for (;;) {
      const open = queues.filter(({ batches }) => batches.length > 0);
      const queue = open[nth % Math.max(open.length, 1)];
      if (queue === undefined) return;
      await serveField(build, queue, queues, watcher);
    }
  };
  await Promise.all(Array.from({ length: fields }, (_, nth) => serve(nth)));
}

interface Queue {
  readonly grounds: Group['grounds'];
  readonly batches: Batch[];
  readonly lanes: ReturnType<typeof lanesFor>;
}

/** Fields that may do each other's work have lanes for it. */
function queuesOf(groups: readonly Group[]): Queue[] {
  const all = lanesFor(groups.filter(hasUsualService).flatMap(({ batches }) => batches));
  return groups.map((group) => ({
    grounds: group.grounds,
    batches: [...group.batches],
    lanes: hasUsualService(group) ? all : lanesFor(group.batches),
  }));
}

/** To open a field costs as much as a batch: one that has done its own takes what is left of others and needs no ground of theirs. */
function nextBatch(own: Queue, queues: readonly Queue[]): Batch | undefined {
  const first = own.batches.shift();
  if (first !== undefined || !hasUsualService(own)) return first;
  for (const { batches } of queues.filter(hasUsualService)) {
    const place = batches.findIndex(({ fault }) => fault.ground === undefined);
    if (place >= 0) return batches.splice(place, 1)[0];
  }
  return undefined;
}

/** Takes batches until there are none for it or the field is of no more use. */
async function serveField(build: Build, queue: Queue, queues: readonly Queue[], watcher: Watcher): Promise<void> {
  const { grounds, batches, lanes } = queue;
  let field: OpenField | undefined;
  let good = true;
  let batch = nextBatch(queue, queues);
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
    batch = good ? nextBatch(queue, queues) : undefined;
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
