import { backupPlan } from './stage/plans';
import { at, beginning, playAll, type Seen } from './stage/scenes';
import { diesOnce, fails, hangs, lingers } from './stage/script';
import { Stage } from './stage/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

/** An offline, staged backup with both hooks, step by step. */
const good = [
  ...beginning,
  'run-before-backup',
  'stopDatabase',
  'runDump',
  'startDatabase',
  'checkHealth',
  'uploadArtefacts',
  'uploadLogs:success',
  'sealBackup',
  'run-after-backup:success',
  'cleanSpool',
  'recordJob',
];
const afterChecks = ['uploadLogs:error', 'run-after-backup:error', 'cleanSpool:failed', 'recordJob'];
const startedAgain = ['startDatabase', 'checkHealth', ...afterChecks];
const refused = ['cleanSpool:failed', 'recordJob'];

const upTo = (step: string) => good.slice(0, good.indexOf(step) + 1);

describe('a backup of which one step fails for good', () => {
  let seen: ReadonlyMap<string, Seen>;
  beforeAll(async () => {
    seen = await playAll(good, (step) => stage.start(backupPlan(`fails-${step}`), { [step]: fails('process-failed') }));
  });

  it.each([
    ['checkDatabase', refused, 'process-failed'],
    ['checkStorage', refused, 'process-failed'],
    ['run-before-backup', afterChecks, 'process-failed'],
    ['stopDatabase', startedAgain, 'process-failed'],
    ['runDump', startedAgain, 'process-failed'],
    ['startDatabase', afterChecks, 'database-left-stopped'],
    ['checkHealth', afterChecks, 'health-failed'],
    ['uploadArtefacts', afterChecks, 'process-failed'],
    ['uploadLogs:success', afterChecks.slice(1), 'log-upload-failed'],
    ['sealBackup', afterChecks, 'process-failed'],
  ])('at %s ends with what undoes it, in order', async (step, rest, code) => {
    const { show, how, result, code: told } = at(seen, step);
    expect(show.performance.calls).toEqual([...upTo(step), ...rest]);
    expect([how, told]).toEqual(['failed', code]);
    expect(result).toMatchObject({ status: 'error', 'job-id': show.jobId, error: { code }, unit: 'shop/0' });
    expect(result?.message).toContain('scripted');
    expect(result).not.toHaveProperty('artefact-path');
    expect(show.performance.database.up).toBe(step !== 'startDatabase');
    expect(stage.control.records.get(show.jobId)?.result).toEqual(result);
    expect(await stage.parties(`lock-of-${show.jobId}`)).toEqual([]);
  });

  it('at plan touches nothing, and is recorded where the database keeps its backups', async () => {
    const { show, how, code, result } = at(seen, 'plan');
    expect(show.performance.calls).toEqual(['plan', 'recordRefusal']);
    expect([how, code, result?.status]).toEqual(['failed', 'process-failed', 'error']);
    expect(result?.['storage-interface']).toBe('s3');
  });

  it.each([['run-after-backup:success'], ['cleanSpool'], ['recordJob']])(
    'at %s is good all the same, with a warning',
    (step) => {
      const { show, how, result } = at(seen, step);
      expect(show.performance.calls).toEqual(good);
      expect([how, result?.status]).toEqual(['completed', 'success']);
      expect(result?.warnings).toEqual([expect.stringContaining('scripted')]);
      expect(result?.['artefact-path']).toBe('s3://backups/shop/backups/2026-11-21T04:31:00Z/');
    },
  );
});

describe('a backup that is cancelled', () => {
  let seen: ReadonlyMap<string, Seen>;
  const deaf = ['startDatabase', 'checkHealth', 'sealBackup', 'run-after-backup:success', 'cleanSpool'];
  beforeAll(async () => {
    const steps = good.filter((step) => step !== 'recordJob');
    seen = await playAll(steps, async (step) => {
      const cancel = () => void stage.client.workflow.getHandle(`cancelled-${step}`).cancel();
      const script = { [step]: deaf.includes(step) ? lingers(cancel) : hangs(cancel) };
      return stage.start(backupPlan(`cancelled-${step}`), script);
    });
  });

  it.each([
    ['checkDatabase', refused],
    ['checkStorage', refused],
    ['run-before-backup', afterChecks],
    ['stopDatabase', startedAgain],
    ['runDump', startedAgain],
    ['startDatabase', ['checkHealth', ...afterChecks]],
    ['checkHealth', afterChecks],
    ['uploadArtefacts', afterChecks],
    ['uploadLogs:success', afterChecks],
  ])('during %s ends as cancelled after all is made good', async (step, rest) => {
    const { show, how } = at(seen, step);
    expect(show.performance.calls).toEqual([...upTo(step), ...rest]);
    expect(how).toBe('cancelled');
    expect(show.performance.database.up).toBe(true);
    const record = stage.control.records.get(show.jobId);
    expect(record?.result).toMatchObject({ status: 'error', error: { code: 'job-cancelled', exit: 4 } });
    expect(await show.handle.query('status')).toMatchObject({ phase: 'cancelled' });
    expect(await stage.parties(`lock-of-${show.jobId}`)).toEqual([]);
  });

  it('during plan ends as cancelled with nothing touched', () => {
    const { show, how } = at(seen, 'plan');
    expect([how, show.performance.calls]).toEqual(['cancelled', ['plan']]);
  });

  it.each([['sealBackup'], ['run-after-backup:success'], ['cleanSpool']])(
    'during %s is a good backup: it came too late',
    (step) => {
      const { show, how } = at(seen, step);
      expect([how, show.performance.calls]).toEqual(['completed', good]);
    },
  );
});

describe('a backup whose worker dies', () => {
  let seen: ReadonlyMap<string, Seen>;
  const onAgent = good.filter((step) => step !== 'plan' && step !== 'recordJob');
  beforeAll(async () => {
    seen = await playAll(onAgent, (step) => stage.start(backupPlan(`dies-${step}`), { [step]: diesOnce() }));
  });

  it.each(onAgent.map((step) => [step]))('during %s goes on where it was and is good', (step) => {
    const { show, how, result } = at(seen, step);
    const twice = [...upTo(step), ...good.slice(good.indexOf(step))];
    expect([how, show.performance.calls]).toEqual(['completed', twice]);
    expect(result?.warnings).toBeUndefined();
    expect(show.performance.database.up).toBe(true);
  });
});
