import { endingOf } from './stage/ending';
import { backupPlan, restorePlan, timeouts, unitOn, verifyPlan } from './stage/plans';
import { at, playAll, type Seen } from './stage/scenes';
import { atCall, dies, fails, failsOnce } from './stage/script';
import { Stage } from './stage/stage';

let stage: Stage;
let seen: ReadonlyMap<string, Seen>;
beforeAll(async () => {
  stage = await Stage.open();
  seen = await playAll(Object.keys(scenes), (id) => scenes[id as keyof typeof scenes](id));
});
afterAll(() => stage.close());

const hooks = { before: false, after: false };
const online = { mode: 'online', holdMode: 'shared' } as const;
const impatient = { ...timeouts, service: 1_000, recovery: 2_000, agentStart: 1_500, work: 6_000 };
const lost = fails('spool-lost');
const gone = { hooks, timeouts: impatient };

/** The agent goes for good when this step is done. */
const leavesAfter = (id: string) => async () => {
  void leave.get(id)?.();
};
const leave = new Map<string, () => Promise<void>>();

/** A job on an agent of its own, which goes after the checks. */
async function withVanishing(id: string, start: (unit: ReturnType<typeof unitOn>) => ReturnType<Stage['start']>) {
  leave.set(id, await stage.addAgent(id));
  return start(unitOn(id));
}

const scenes = {
  'lost-once': (id: string) => stage.start(backupPlan(id, { hooks }), { uploadArtefacts: failsOnce('spool-lost') }),
  'lost-online': (id: string) =>
    stage.start(backupPlan(id, { hooks, ...online }), { uploadArtefacts: failsOnce('spool-lost') }),
  'lost-always': (id: string) => stage.start(backupPlan(id, { hooks }), { uploadArtefacts: lost }),
  'never-stopped': (id: string) =>
    withVanishing(id, (unit) => stage.start(backupPlan(id, { ...gone, unit }), { checkStorage: leavesAfter(id) })),
  'never-swapped': (id: string) =>
    withVanishing(id, (unit) => stage.start(restorePlan(id, { ...gone, unit }), { loadBackup: leavesAfter(id) })),
  'perhaps-stopped': (id: string) => stage.start(backupPlan(id, gone), { stopDatabase: dies(), startDatabase: dies() }),
  'log-stranded': (id: string) =>
    stage.start(backupPlan(id, { hooks }), { 'uploadLogs:success': fails('storage-refused') }),
  'error-log-stranded': (id: string) =>
    stage.start(backupPlan(id, { hooks }), {
      runDump: fails('dump-failed'),
      'uploadLogs:error': fails('storage-refused'),
    }),
  'log-late': (id: string) =>
    stage.start(backupPlan(id, { hooks }), {
      sealBackup: fails('backup-sealed'),
      'uploadLogs:error': atCall(1, async () => {}),
    }),
  'verify-failed': (id: string) => stage.start(verifyPlan(id), { verifyBackup: fails('backup-corrupt') }),
  'verify-nobody': (id: string) => stage.start({ ...verifyPlan(id), unit: unitOn('nobody'), timeouts: impatient }),
} as const;

const timesOf = (id: string, step: string) => at(seen, id).show.performance.attempts(step);

describe('a staged copy that is gone from the spool', () => {
  it('is made anew: the database is taken down again, and the job succeeds with a warning', () => {
    const { how, result, show } = at(seen, 'lost-once');
    expect([how, timesOf('lost-once', 'runDump'), timesOf('lost-once', 'stopDatabase')]).toEqual(['completed', 2, 2]);
    expect(result?.warnings).toEqual([expect.stringContaining('the copy was made anew')]);
    expect(show.performance.database.up).toBe(true);
  });

  it('is copied under an exclusive hold again, which is asked for anew', () => {
    const dumps = at(seen, 'lost-once').show.performance.steps.map(({ hold }) => `${hold.mode}`);
    const [first, second] = [dumps.indexOf('shared'), dumps.lastIndexOf('exclusive')];
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(first);
    const tokens = at(seen, 'lost-once').show.performance.steps.map(({ hold }) => hold.token);
    expect(Math.max(...tokens)).toBeGreaterThan(tokens[0] ?? Infinity);
  });

  it('takes nothing down and asks for no other hold where the database runs', () => {
    expect(at(seen, 'lost-online').how).toBe('completed');
    expect(timesOf('lost-online', 'runDump')).toBe(2);
    expect(timesOf('lost-online', 'requestHold')).toBe(1);
  });

  it('is made three times at most', () => {
    const { how, code } = at(seen, 'lost-always');
    expect([how, code, timesOf('lost-always', 'runDump')]).toEqual(['failed', 'spool-lost', 3]);
  });
});

describe('an agent that vanishes', () => {
  it('between the checks and the stop leaves nothing stopped, and nobody is told otherwise', () => {
    const { how, code, result, show } = at(seen, 'never-stopped');
    expect([how, code, result?.error?.exit]).toEqual(['failed', 'step-timed-out', 4]);
    expect(result?.message).toContain('no worker took it in time');
    expect(show.performance.attempts('startDatabase')).toBe(0);
  });

  it('before the swap of a restore likewise', () => {
    const { code, result } = at(seen, 'never-swapped');
    expect([code, result?.error?.exit]).toEqual(['step-timed-out', 4]);
  });

  it('in the stop leaves a doubt, and the failure says that it is one', () => {
    const { code, result } = at(seen, 'perhaps-stopped');
    expect([code, result?.error?.exit]).toEqual(['database-left-stopped', 5]);
    expect(result?.message).toContain('was asked to stop it and never answered, so it may be running');
  });
});

describe('a log that cannot be uploaded', () => {
  it.each(['log-stranded', 'error-log-stranded'])('is kept on the agent, and the result says where (%s)', (id) => {
    const { result } = at(seen, id);
    const kept = 'the log is not on the storage: agent "db1" keeps it on its host, in /var/spool/kept.log';
    expect(result?.warnings).toContain(kept);
    expect(stage.control.records.get(id)?.result.warnings).toContain(kept);
  });

  it('is not kept where a later upload brought it there', () => {
    expect(at(seen, 'log-late').result?.warnings ?? []).toEqual([]);
  });
});

describe('a verification', () => {
  it('that fails uploads its log and cleans up', () => {
    const { code, show } = at(seen, 'verify-failed');
    expect(code).toBe('backup-corrupt');
    const undone = ['uploadLogs:error', 'cleanSpool:failed', 'recordJob'];
    expect(show.performance.calls).toEqual(['plan', 'verifyBackup', ...undone]);
  });

  it('whose agent is not there waits for nothing else there', async () => {
    const { code, show } = at(seen, 'verify-nobody');
    expect(code).toBe('agent-unreachable');
    expect(show.performance.calls).toEqual(['plan', 'recordJob']);
    expect(await endingOf(show)).toMatchObject({ how: 'failed' });
  });
});
