import type { CellResult } from './batch';
import type { Ended } from './ended';
import type { Fault } from './fault';
import type { OpenField } from './field/open-field';
import { invariants } from './invariants/all';

/** Checks every invariant for every job: one invariant after the other, many jobs at once. */
export async function judge(field: OpenField, fault: Fault, ended: readonly Ended[]): Promise<CellResult[]> {
  const wrong = new Map<string, string[]>(ended.map(({ jobId }) => [jobId, []]));
  for (const { name, check } of invariants) {
    await Promise.all(
      ended.map(async (each) => {
        const verdict = await check(field, each).catch((error: unknown) => `cannot be told: ${String(error)}`);
        if (verdict !== undefined) wrong.get(each.jobId)?.push(`${name}: ${verdict}`);
      }),
    );
  }
  for (const [jobId, verdict] of await field.replayer.replayAll(ended))
    wrong.get(jobId)?.push(`the history replays: ${verdict}`);
  for (const each of ended) {
    const more = (await fault.also?.(field, each)) ?? [];
    wrong.get(each.jobId)?.push(...more.map((sentence) => `${fault.name}: ${sentence}`));
  }
  return ended.map((each) => ({
    cell: each.cell,
    jobId: each.jobId,
    lane: each.lane.name,
    wrong: wrong.get(each.jobId) ?? [],
    end: tellEnd(each),
  }));
}

function tellEnd({ status, outcome }: Ended): string {
  if (outcome.status === 'success') return status;
  return `${status}: ${outcome.failure.code}: ${outcome.failure.message}`;
}
