import type { RestorePlan } from '../../src/model/plan';
import { type Ending, endingOf, until } from './stage/ending';
import { agent, restorePlan, timeouts, unitOn, verifyPlan } from './stage/plans';
import { atCall, fails, hangs, lingers } from './stage/script';
import { type Show, Stage } from './stage/stage';

let stage: Stage;
let unanswered: Promise<Ending>;
beforeAll(async () => {
  stage = await Stage.open();
  unanswered = checkup('nobody'); // takes its time, so it begins early
});
afterAll(() => stage.close());

async function checkup(name: string): Promise<Ending> {
  const input = { database: 'shop', unit: 'shop/0', taskQueue: `holdfast-agent-${name}` };
  const planned = { kind: 'plan', plan: verifyPlan('none') } as const;
  return endingOf(await stage.startAs('checkup', `checkup-${name}`, planned, {}, input));
}

const noHooks = { before: false, after: false };
const stepsOf = ({ performance }: Show) => performance.calls.slice(3, -1); // without plan, checks and record
const play = async (id: string, changes: Partial<RestorePlan>, script = {}) => {
  const show = await stage.start(restorePlan(id, { hooks: noHooks, ...changes }), script);
  return { show, ...(await endingOf(show)) };
};

describe('restored data that does not start at once', () => {
  const failing = (times: number) => ({
    startDatabase: async (nth: number) => (nth <= times ? fails('start-failed')(nth) : undefined),
  });

  it('is started some more times', async () => {
    const { show, result } = await play('starts-late', {}, failing(3));
    expect(stepsOf(show).filter((step) => step === 'startDatabase')).toHaveLength(4);
    expect(result).toMatchObject({ status: 'success' });
    expect(show.performance.database).toMatchObject({ up: true, live: 'new' });
  });

  it('makes way for the old data when it goes on so', async () => {
    const { show, code } = await play('never-starts', {}, failing(4));
    expect(code).toBe('restore-unhealthy');
    expect(show.performance.database).toMatchObject({ up: true, live: 'old' });
  });
});

describe('a restore beside the live data', () => {
  const beside = { target: { kind: 'beside', name: 'shop_copy' } } as const;

  it('stops nothing and swaps nothing', async () => {
    const { show, result } = await play('beside', beside);
    expect(stepsOf(show)).toEqual(['loadBackup', 'compareDatabase', 'uploadLogs:success', 'cleanSpool']);
    expect(result).toMatchObject({ status: 'success', 'restored-to': '/var/lib/restored' });
    expect(show.performance.database).toMatchObject({ up: true, live: 'old', loaded: true });
  });

  it('names in its result the newer backups that were passed over', async () => {
    const skipped = [{ backupId: '2026-11-29T00:00:00Z', reason: 'made by a newer Holdfast' }];
    const { result } = await play('passes-over', { ...beside, skipped });
    expect(result?.warnings).toEqual([expect.stringMatching(/2026-11-29T00:00:00Z was passed over.*newer Holdfast/)]);
  });

  it('is discarded where it differs from the manifest', async () => {
    const { show, code } = await play('beside-differs', beside, { compareDatabase: fails('restore-differs') });
    expect(stepsOf(show)).toEqual([
      'loadBackup',
      'compareDatabase',
      'discardLoaded',
      'uploadLogs:error',
      'cleanSpool:failed',
    ]);
    expect(code).toBe('restore-differs');
  });
});

describe('a restore in place', () => {
  it('renames databases behind a fence that ends connections, both ways', async () => {
    const { show, code } = await play('fenced', { swap: 'fence' }, { compareDatabase: fails('restore-differs') });
    const there = [
      'loadBackup',
      'fenceDatabase:drain',
      'swapDatabase',
      'unfenceDatabase',
      'checkHealth',
      'compareDatabase',
    ];
    const back = ['fenceDatabase:drain', 'swapBack', 'unfenceDatabase', 'checkHealth', 'discardLoaded'];
    expect(stepsOf(show)).toEqual([...there, ...back, 'uploadLogs:error', 'cleanSpool:failed']);
    expect(code).toBe('restore-differs');
  });

  it.each([[false], [true]])('touches nothing once it was cancelled while it loaded (replace: %s)', async (replace) => {
    const id = `loaded-${replace}`;
    const cancel = () => void stage.client.workflow.getHandle(id).cancel();
    const { show, how } = await play(id, { replace }, { loadBackup: lingers(cancel) });
    expect(how).toBe('cancelled');
    expect(stepsOf(show)).toEqual(['loadBackup', 'discardLoaded', 'uploadLogs:error', 'cleanSpool:failed']);
  });

  it('leaves what a later hold owns alone', async () => {
    const script = { compareDatabase: fails('hold-lost'), stopDatabase: atCall(2, fails('hold-lost')) };
    const { show, code } = await play('ousted', {}, script);
    expect(code).toBe('hold-lost');
    expect(stepsOf(show)).not.toContain('swapBack');
  });
});

describe('a restore that accepts differences', () => {
  it('tells them with its success', async () => {
    const { result } = await play('accepts', { acceptDifferences: true });
    expect(result).toMatchObject({ status: 'success', warnings: ['differs from the backup: one row'] });
  });
});

describe('a restore that is to replace the old data', () => {
  const replacing = { replace: true, keepPrevious: 0 };

  it('drops it only when the new is in service and has passed', async () => {
    const { show, result } = await play('replace', replacing);
    expect(stepsOf(show)).toEqual([
      'loadBackup',
      'stopDatabase',
      'swapDatabase',
      'startDatabase',
      'checkHealth',
      'compareDatabase',
      'uploadLogs:success',
      'dropPrevious',
      'cleanSpool',
    ]);
    expect(result).toMatchObject({ status: 'success' });
    expect(result?.previous).toBeUndefined();
    expect(show.performance.database).toMatchObject({ up: true, live: 'new', setAside: false });
  });

  it('goes back to it where the new differs', async () => {
    const { show, code } = await play('replace-differs', replacing, { compareDatabase: fails('restore-differs') });
    expect(code).toBe('restore-differs');
    expect(show.performance.calls).not.toContain('dropPrevious');
    expect(show.performance.database).toMatchObject({ up: true, live: 'old' });
  });

  it('goes back to it where the swap fails', async () => {
    const { show, code } = await play('replace-fails', replacing, { swapDatabase: fails('process-failed') });
    expect([code, show.performance.database.live]).toEqual(['process-failed', 'old']);
  });
});

describe('the data that a restore sets aside', () => {
  it('is dropped by a workflow of its own when its time has come, under a hold of its own', async () => {
    const { show, result } = await play('kept', { keepPrevious: 4_000 });
    expect(result?.previous).toBe('/var/lib/previous');
    expect(show.performance.database.setAside).toBe(true);
    await stage.client.workflow.getHandle('drop-previous/kept').result();
    expect(show.performance.calls.at(-1)).toBe('dropPrevious');
    expect(show.performance.database.setAside).toBe(false);
    const [before, after] = [show.performance.steps[0], show.performance.steps.at(-1)];
    expect(after?.hold.mode).toBe('shared');
    expect(after?.hold.token).toBeGreaterThan(before?.hold.token ?? 0);
    expect(await stage.parties('lock-of-kept')).toEqual([]);
  });

  it('stays where somebody cancels that workflow', async () => {
    const { show } = await play('stays', { keepPrevious: 60_000 });
    const drop = stage.client.workflow.getHandle('drop-previous/stays');
    await drop.cancel();
    await expect(drop.result()).rejects.toThrow();
    expect(show.performance.calls).not.toContain('dropPrevious');
  });

  it('waits for a restore that is swapping now', async () => {
    await play('first', { keepPrevious: 4_000, lock: 'shared-lock' });
    const second = await stage.start(restorePlan('second', { hooks: noHooks, lock: 'shared-lock' }), {
      loadBackup: hangs(),
    });
    await until('the drop waiting', async () => (await stage.lock('shared-lock'))?.waiters.length === 1);
    expect(stage.agent.of('first').calls).not.toContain('dropPrevious');
    await second.handle.cancel();
    await stage.client.workflow.getHandle('drop-previous/first').result();
    expect(stage.agent.of('first').calls).toContain('dropPrevious');
  });
});

describe('the small workflows', () => {
  it('verify reads a backup back without a hold', async () => {
    const show = await stage.start(verifyPlan('verified'));
    const { result } = await endingOf(show);
    expect(show.performance.calls).toEqual(['plan', 'verifyBackup', 'uploadLogs:success', 'cleanSpool', 'recordJob']);
    expect(result).toMatchObject({ status: 'success', bytes: 4_000, notes: ['12 entries'] });
    expect(await stage.client.workflow.getHandle('restore-mutex/lock-of-verified').describe().catch(String)).toMatch(
      /NotFound/,
    );
  });

  it('restorePlan checks the database, touches nothing, and gives the plan', async () => {
    const plan = restorePlan('planned');
    const show = await stage.startAs('restorePlan', 'planned', { kind: 'plan', plan }, {});
    expect(await show.handle.result()).toEqual(plan);
    expect(show.performance.calls).toEqual(['plan', 'checkDatabase']);
    const refused = await stage.startAs(
      'restorePlan',
      'planned-2',
      { kind: 'plan', plan: restorePlan('planned-2') },
      {
        checkDatabase: fails('space-short'),
      },
    );
    expect(await endingOf(refused)).toMatchObject({
      how: 'failed',
      code: 'space-short',
      result: { error: { exit: 3 } },
    });
  });

  it('checkup asks the agent, and names one that is not there', async () => {
    expect(await checkup(agent)).toMatchObject({ how: 'completed', result: [{ ok: true }] });
    const { code, message } = await unanswered;
    expect([code, message]).toEqual(['agent-unreachable', expect.stringContaining('"nobody" for diagnose')]);
  });

  it('a verification on an agent that is not there is refused soon', async () => {
    const hasty = { ...timeouts, agentStart: 1_000 };
    const show = await stage.start({ ...verifyPlan('verify-nobody'), unit: unitOn('nobody'), timeouts: hasty });
    expect(await endingOf(show)).toMatchObject({ code: 'agent-unreachable', result: { error: { exit: 3 } } });
  });
});
