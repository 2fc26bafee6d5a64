import { restorePlan } from './stage/plans';
import { at, beginning, playAll, type Seen } from './stage/scenes';
import { atCall, diesOnce, fails, hangs, lingers } from './stage/script';
import { Stage } from './stage/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

/** A restore in place of a whole instance, with both hooks, which keeps nothing of the old data. */
const good = [
  ...beginning,
  'run-before-restore',
  'loadBackup',
  'stopDatabase',
  'swapDatabase',
  'startDatabase',
  'checkHealth',
  'compareDatabase',
  'uploadLogs:success',
  'dropPrevious',
  'run-after-restore:success',
  'cleanSpool',
  'recordJob',
];
const refused = ['cleanSpool:failed', 'recordJob'];
const told = ['uploadLogs:error', 'run-after-restore:error', ...refused];
const discarded = ['discardLoaded', ...told];
const startedAgain = ['startDatabase', 'checkHealth', ...discarded];
const wentBack = ['stopDatabase', 'swapBack', ...startedAgain];

const upTo = (step: string) => good.slice(0, good.indexOf(step) + 1);
const asBefore = { up: true, live: 'old', loaded: false, setAside: false };

describe('a restore of which one step fails for good', () => {
  let seen: ReadonlyMap<string, Seen>;
  beforeAll(async () => {
    seen = await playAll(good, (step) => {
      const script = { [step]: atCall(1, fails(step === 'checkHealth' ? 'health-failed' : 'process-failed')) };
      return stage.start(restorePlan(`fails-${step}`), script);
    });
  });

  it.each([
    ['checkDatabase', refused, 'process-failed'],
    ['checkStorage', refused, 'process-failed'],
    ['run-before-restore', told, 'process-failed'],
    ['loadBackup', discarded, 'process-failed'],
    ['stopDatabase', startedAgain, 'process-failed'],
    ['swapDatabase', wentBack, 'process-failed'],
    ['startDatabase', wentBack, 'restore-unhealthy'],
    ['checkHealth', wentBack, 'restore-unhealthy'],
    ['compareDatabase', wentBack, 'process-failed'],
  ])('at %s ends with the old data in service', async (step, rest, code) => {
    const { show, how, result, code: told } = at(seen, step);
    expect(show.performance.calls).toEqual([...upTo(step), ...rest]);
    expect([how, told]).toEqual(['failed', code]);
    expect(result).toMatchObject({
      status: 'error',
      error: { code, exit: 4 },
      message: expect.stringContaining('scripted'),
    });
    expect(result).not.toHaveProperty('artefact-path');
    expect(show.performance.database).toEqual(asBefore);
    expect(stage.control.records.get(show.jobId)?.result).toEqual(result);
    expect(await stage.parties(`lock-of-${show.jobId}`)).toEqual([]);
  });

  it.each(
    ['uploadLogs:success', 'dropPrevious', 'run-after-restore:success', 'cleanSpool', 'recordJob'].map((step) => [
      step,
    ]),
  )('at %s is good all the same, with a warning: the new data is in service', (step) => {
    const { show, how, result } = at(seen, step);
    expect([how, show.performance.calls]).toEqual(['completed', good]);
    const kept = step === 'uploadLogs:success' ? [expect.stringContaining('keeps it on its host')] : [];
    expect(result?.warnings).toEqual([expect.stringContaining('scripted'), ...kept]);
    expect(result?.previous).toBe(step === 'dropPrevious' ? '/var/lib/previous' : undefined);
    expect(show.performance.database).toMatchObject({ up: true, live: 'new' });
  });
});

describe('a restore that is cancelled', () => {
  let seen: ReadonlyMap<string, Seen>;
  const tooLate = good.slice(good.indexOf('uploadLogs:success'), -1);
  beforeAll(async () => {
    seen = await playAll(good.slice(1, -1), async (step) => {
      const cancel = () => void stage.client.workflow.getHandle(`cancelled-${step}`).cancel();
      const script = { [step]: atCall(1, tooLate.includes(step) ? lingers(cancel) : hangs(cancel)) };
      return stage.start(restorePlan(`cancelled-${step}`), script);
    });
  });

  it.each([
    ['checkDatabase', refused],
    ['checkStorage', refused],
    ['run-before-restore', told],
    ['loadBackup', discarded],
    ['stopDatabase', startedAgain],
    ['swapDatabase', wentBack],
    ['startDatabase', wentBack],
    ['checkHealth', wentBack],
    ['compareDatabase', wentBack],
  ])('during %s ends as cancelled with the old data in service', async (step, rest) => {
    const { show, how } = at(seen, step);
    expect(show.performance.calls).toEqual([...upTo(step), ...rest]);
    expect(how).toBe('cancelled');
    expect(show.performance.database).toEqual(asBefore);
    expect(stage.control.records.get(show.jobId)?.result.error?.code).toBe('job-cancelled');
    expect(await stage.parties(`lock-of-${show.jobId}`)).toEqual([]);
  });

  it.each(tooLate.map((step) => [step]))('during %s is a good restore: it came too late', (step) => {
    const { show, how } = at(seen, step);
    expect([how, show.performance.calls]).toEqual(['completed', good]);
  });
});

describe('a restore whose worker dies', () => {
  let seen: ReadonlyMap<string, Seen>;
  const onAgent = good.slice(1, -1);
  beforeAll(async () => {
    seen = await playAll(onAgent, (step) => stage.start(restorePlan(`dies-${step}`), { [step]: diesOnce() }));
  });

  it.each(onAgent.map((step) => [step]))('during %s goes on where it was and is good', (step) => {
    const { show, how, result } = at(seen, step);
    expect([how, show.performance.calls]).toEqual(['completed', [...upTo(step), ...good.slice(good.indexOf(step))]]);
    expect(result?.warnings).toBeUndefined();
    expect(show.performance.database).toEqual({ up: true, live: 'new', loaded: true, setAside: false });
  });
});

describe('a restore whose way back fails', () => {
  let seen: ReadonlyMap<string, Seen>;
  const wayBack = ['stopDatabase', 'swapBack', 'startDatabase', 'checkHealth'];
  beforeAll(async () => {
    seen = await playAll(wayBack, (step) => {
      const nth = step === 'swapBack' ? 1 : 2;
      const script = { compareDatabase: fails('restore-differs'), [step]: atCall(nth, fails('process-failed')) };
      return stage.start(restorePlan(`stuck-${step}`), script);
    });
  });

  it.each(wayBack.map((step) => [step]))('at %s is unrecoverable, says so, and removes nothing', (step) => {
    const { show, how, code, result } = at(seen, step);
    const tried = wayBack.slice(0, wayBack.indexOf(step) + 1);
    expect(show.performance.calls).toEqual([...upTo('compareDatabase'), ...tried, ...told]);
    expect([how, code, result?.error?.exit]).toEqual(['failed', 'restore-unrecoverable', 5]);
    expect(result?.message).toMatch(
      /scripted.*neither the old nor the new data is in service.*compare restored database/,
    );
    expect(show.performance.database.loaded).toBe(true);
  });
});
