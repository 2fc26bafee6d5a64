import type { Holder, LockView, Waiter } from './hold';
import { searchAttributes } from './search-attributes';

/** What is needed of a workflow's description. */
interface Described {
  readonly typedSearchAttributes: {
    getAll(): readonly { readonly key: { readonly name: string }; readonly value: unknown }[];
  };
  readonly raw: {
    readonly pendingActivities?: readonly { readonly activityType?: { readonly name?: string | null } | null }[] | null;
  };
}

/** `dumping: runDump`, the phase of a job and its step; undefined where neither is known. */
export function doingOf({ typedSearchAttributes, raw }: Described): string | undefined {
  const phase = typedSearchAttributes.getAll().find(({ key }) => key.name === searchAttributes.phase)?.value;
  const step = raw.pendingActivities?.[0]?.activityType?.name;
  const known = [phase, step].filter((word) => typeof word === 'string' && word !== '');
  return known.length === 2 ? `${phase}: ${step}` : (known[0] as string | undefined);
}

/** `backup of shop (job x, since 2026-11-21T04:31:00Z, dumping: runDump)`. */
export function nameHolder({ purpose, jobId, since, runId }: Holder, doing: LockView['doing'] = {}): string {
  return `${purpose} (${[`job ${jobId}`, `since ${toSecond(since)}`, doing[runId]].filter(Boolean).join(', ')})`;
}

export function nameWaiter({ purpose, jobId, since }: Waiter): string {
  return `${purpose} (job ${jobId}, waiting since ${toSecond(since)})`;
}

function toSecond(moment: string): string {
  return `${moment.slice(0, 19)}Z`;
}
