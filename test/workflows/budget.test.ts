import { optionalTsToMs } from '@temporalio/common/lib/time';
import { controlQueue } from '../../src/model/task-queues';
import { endingOf } from './stage/ending';
import { backupPlan, restorePlan } from './stage/plans';
import { Stage } from './stage/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const milliseconds = (duration: Parameters<typeof optionalTsToMs>[0]) => optionalTsToMs(duration) ?? 0;

const mostEvents = 125;
const mostMilliseconds = 500;

/** The fastest of them counts: what else the machine does is not the orchestration's doing. */
const leastRuns = 7;
const mostRuns = 40;

describe('the budget of a backup', () => {
  it('holds for the history of the longest one: offline, staged, with both hooks', async () => {
    const show = await stage.start(backupPlan('longest'));
    expect((await endingOf(show)).how).toBe('completed');
    const { events } = await show.handle.fetchHistory();
    console.info(`history of the longest backup: ${events?.length} events`);
    expect(events?.length).toBeLessThanOrEqual(mostEvents);
  });

  it('gives every step its times and a summary, and no step a single attempt', async () => {
    const shows = [await stage.start(backupPlan('timed')), await stage.start(restorePlan('timed-restore'))];
    for (const show of shows) {
      expect((await endingOf(show)).how).toBe('completed');
      const { events } = await show.handle.fetchHistory();
      const scheduled = (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes);
      expect(scheduled.length).toBeGreaterThan(12);
      for (const { activityTaskScheduledEventAttributes: step, userMetadata } of scheduled) {
        expect(milliseconds(step?.startToCloseTimeout)).toBeGreaterThan(0);
        expect(milliseconds(step?.scheduleToCloseTimeout)).toBeLessThanOrEqual(20 * 60_000);
        expect(step?.retryPolicy?.maximumAttempts).not.toBe(1);
        expect(userMetadata?.summary).toBeTruthy();
        const onAgent = step?.taskQueue?.name !== controlQueue;
        const ofControl = /^(plan|record)/.test(step?.activityType?.name ?? '') ? 30_000 : 0; // one signal or query ends by itself
        expect(milliseconds(step?.heartbeatTimeout)).toBe(onAgent ? 1_500 : ofControl);
      }
    }
  });

  it('holds for the time that the orchestration takes of a streamed one', async () => {
    const online = {
      mode: 'online',
      transfer: 'streamed',
      holdMode: 'shared',
      hooks: { before: false, after: false },
    } as const;
    const times: number[] = [];
    while (times.length < leastRuns || (times.length < mostRuns && Math.min(...times) > mostMilliseconds)) {
      const started = performance.now();
      const show = await stage.start(backupPlan(`streamed-${times.length}`, online));
      expect((await endingOf(show)).how).toBe('completed');
      times.push(Math.round(performance.now() - started));
    }
    console.info(`orchestration of a streamed backup: ${times.join(', ')} ms`);
    expect(Math.min(...times)).toBeLessThanOrEqual(mostMilliseconds);
  });
});
