import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { errorTable } from '../../src/model/error-table';
import type { ErrorCode } from '../../src/model/errors';
import { bundleWorkflows } from '../workflows/stage/bundle';
import { type RecordedHistory, recordedHistories } from './recorded-history';

let bundle: { readonly code: string };
beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
  bundle = await bundleWorkflows();
});

const jobEnds = ['success', 'failed', 'refused', 'cancelled', 'terminated'];
const byExitCode: Readonly<Record<number, string>> = {
  3: 'refused',
  4: 'failed',
  5: 'needs a person',
  6: 'locked out',
};

function typeOf({ events }: RecordedHistory['history']): string {
  return events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? 'unknown';
}

function endOf({ events }: RecordedHistory['history']): string {
  const last = events?.at(-1) ?? {};
  if ('workflowExecutionFailedEventAttributes' in last) {
    const code = last.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo?.type ?? '';
    return byExitCode[errorTable[code as ErrorCode].exit] ?? code;
  }
  const named = { Completed: 'success', Canceled: 'cancelled', Terminated: 'terminated', ContinuedAsNew: 'continued' };
  const found = Object.entries(named).find(([name]) => `workflowExecution${name}EventAttributes` in last);
  return found?.[1] ?? 'running';
}

/** What went wrong, by name of the history. */
async function replay(workflowBundle: { readonly code: string }, histories: readonly RecordedHistory[]) {
  const problems: { name: string | undefined; error: Error }[] = [];
  let nth = 0;
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
    const name = histories[nth++]?.name;
    if (error) problems.push({ name, error });
  }
  expect(nth).toBe(histories.length);
  return problems;
}

describe('recorded histories', () => {
  it('are there, of every workflow', () => {
    const types = recordedHistories().map(
      ({ history }) => history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name,
    );
    const all = ['backup', 'checkup', 'dropPrevious', 'restore', 'restoreMutex', 'restorePlan', 'verify'];
    expect([...new Set(types)].sort()).toEqual(all);
  });

  it('are there, of every kind of job with every end that it can have', () => {
    const ends = recordedHistories().map(({ history }) => `${typeOf(history)} ${endOf(history)}`);
    const jobs = ['backup', 'restore'].flatMap((job) =>
      [...jobEnds, 'locked out', 'needs a person'].map((end) => `${job} ${end}`),
    );
    const verifications = jobEnds.map((end) => `verify ${end}`);
    const others = ['restorePlan success', 'restorePlan refused', 'checkup success', 'checkup refused'];
    const small = ['dropPrevious success', 'dropPrevious cancelled', 'restoreMutex success', 'restoreMutex continued'];
    expect([...new Set(ends)]).toEqual(expect.arrayContaining([...jobs, ...verifications, ...others, ...small]));
  });

  it('hold no trace of where they were recorded', () => {
    const text = JSON.stringify(recordedHistories().map(({ history }) => history));
    expect(text).not.toMatch(/stackTrace":"[^"]|node_modules|\.ts:\d/);
  });

  it('are all replayed by the workflows as they are now', async () => {
    const histories = recordedHistories();
    expect(histories.length).toBeGreaterThan(20);
    expect(await replay(bundle, histories)).toEqual([]);
  });

  it('would not be by workflows that changed their steps', async () => {
    const changed = { code: bundle.code.replaceAll("'checkStorage'", "'probeStorage'") };
    expect(changed.code).not.toBe(bundle.code);
    const some = recordedHistories().filter(({ name }) => ['backup-offline', 'restore-stop', 'verify'].includes(name));
    const problems = await replay(changed, some);
    expect(problems.map(({ name }) => name)).toEqual(['backup-offline', 'restore-stop']);
    for (const { error } of problems) expect(error).toBeInstanceOf(DeterminismViolationError);
  });
});
