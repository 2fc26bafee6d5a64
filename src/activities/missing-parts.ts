import { failure } from '../model/errors';
import type { MissingPart } from '../model/manifest';
import type { BackupPlan } from '../model/plan';
import type { JobLog } from '../pipeline/pipeline';

/** They go through the history, and to people: no more than these are named one by one. */
const named = 50;
const namedInRefusal = 3;
const longest = 300;

/** Says in the log what a backup will lack. Rejects with `backup-incomplete` where the plan allows nothing of the kind. */
export function tellMissing(log: JobLog, plan: BackupPlan, found: readonly MissingPart[]): readonly MissingPart[] {
  for (const { what, reason } of found.slice(0, named)) {
    log.line('holdfast', `WARNING: the backup will lack ${what}: ${reason}`);
  }
  return boundMissing(plan, found);
}

/** As many of them as there is room for. Rejects as `tellMissing`. */
export function boundMissing(plan: BackupPlan, found: readonly MissingPart[]): readonly MissingPart[] {
  const [first] = found;
  if (first !== undefined && plan.requireComplete) throw incomplete(plan, first, found);
  const short = found.map(({ what, reason, remedy }) => ({
    what: what.slice(0, longest),
    reason: reason.slice(0, longest),
    ...(remedy === undefined ? {} : { remedy: remedy.slice(0, longest) }),
  }));
  if (short.length <= named) return short;
  const rest = { what: `${short.length - named} more parts`, reason: 'no more than these are named' };
  return [...short.slice(0, named), rest];
}

function incomplete({ database }: BackupPlan, first: MissingPart, found: readonly MissingPart[]) {
  const told = found.slice(0, namedInRefusal).map(({ what, reason }) => `it would lack ${what} (${reason})`);
  const more = found.length > namedInRefusal ? [`and ${found.length - namedInRefusal} more`] : [];
  const remedy = first.remedy ?? 'see what it is';
  return failure('backup-incomplete', { database, missing: [...told, ...more].join('; '), remedy });
}
