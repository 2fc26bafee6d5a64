import { CancelledFailure } from '@temporalio/common';
import type { JobRecord } from '../../src/model/job-record';
import { endingOf, until } from './stage/ending';
import { backupPlan } from './stage/plans';
import { fails, failsOnce, gate, hangs, lingers } from './stage/script';
import { type Show, Stage } from './stage/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const noHooks = { before: false, after: false };
const online = { mode: 'online', transfer: 'streamed', holdMode: 'shared', hooks: noHooks } as const;
const stepsOf = ({ performance }: Show) => performance.calls.slice(1, -1); // without plan and record

describe('a backup', () => {
  it('stops nothing when it is online, and uploads nothing twice when it is streamed', async () => {
    const show = await stage.start(backupPlan('online', online));
    const { result } = await endingOf(show);
    expect(stepsOf(show)).toEqual([
      'checkDatabase',
      'checkStorage',
      'runDump',
      'uploadLogs:success',
      'sealBackup',
      'cleanSpool',
    ]);
    expect(result).toMatchObject({
      status: 'success',
      bytes: 4_000,
      'stored-bytes': 1_000,
      unit: 'shop/0',
      mode: 'online',
    });
    expect(result).not.toHaveProperty('downtime-ms');
  });

  it('blocks new connections and lets the others be when it is fenced', async () => {
    const show = await stage.start(backupPlan('fenced', { mode: 'fenced', hooks: noHooks }));
    expect((await endingOf(show)).result?.['downtime-ms']).toBe(1_234);
    const middle = ['fenceDatabase', 'runDump', 'unfenceDatabase', 'checkHealth', 'uploadArtefacts'];
    expect(stepsOf(show)).toEqual([
      'checkDatabase',
      'checkStorage',
      ...middle,
      'uploadLogs:success',
      'sealBackup',
      'cleanSpool',
    ]);
  });

  it('shares its hold as soon as the database is up again, and shows one token with every step', async () => {
    const door = gate();
    const show = await stage.start(backupPlan('sharing', { hooks: noHooks }), { uploadArtefacts: door.behaviour });
    const holders = () => stage.lock('lock-of-sharing').then((state) => state?.holders);
    await until('a shared hold', async () => (await holders())?.[0]?.mode === 'shared');
    expect(show.performance.calls).toContain('checkHealth');
    expect(show.performance.calls).not.toContain('sealBackup');
    door.open();
    await endingOf(show);
    const holds = show.performance.steps.map(({ hold }) => hold);
    expect(holds.map(({ mode }) => mode)).toEqual([...Array(6).fill('exclusive'), ...Array(4).fill('shared')]);
    expect(new Set(holds.map(({ token }) => token)).size).toBe(1);
  });

  it('waits for a cancelled step to end before it does anything else', async () => {
    const log: string[] = [];
    const slowly = async () => {
      await hangs(() => void stage.client.workflow.getHandle('slow-end').cancel())(1).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 700));
      log.push('dump ended');
      throw new CancelledFailure('at last');
    };
    const script = { runDump: slowly, startDatabase: async () => void log.push('start began') };
    const show = await stage.start(backupPlan('slow-end', { hooks: noHooks }), script);
    expect((await endingOf(show)).how).toBe('cancelled');
    expect(log).toEqual(['dump ended', 'start began']);
  });

  it('is not sealed once somebody has cancelled it, also where the step before took no notice', async () => {
    const cancel = () => void stage.client.workflow.getHandle('unsealed').cancel();
    const show = await stage.start(backupPlan('unsealed', online), { 'uploadLogs:success': lingers(cancel) });
    expect((await endingOf(show)).how).toBe('cancelled');
    expect(show.performance.calls).not.toContain('sealBackup');
  });

  it('outlives failures that are worth another try', async () => {
    const script = { checkStorage: failsOnce('storage-network'), startDatabase: failsOnce('start-failed') };
    const show = await stage.start(backupPlan('patient', { hooks: noHooks }), script);
    expect((await endingOf(show)).how).toBe('completed');
    expect(stepsOf(show).filter((step) => step === 'checkStorage' || step === 'startDatabase')).toHaveLength(4);
  });

  it('does not start what a later hold owns', async () => {
    const script = { runDump: fails('hold-lost'), startDatabase: fails('hold-lost') };
    const show = await stage.start(backupPlan('ousted', { hooks: noHooks }), script);
    const { code, result } = await endingOf(show);
    expect([code, result?.error?.exit]).toEqual(['hold-lost', 4]);
    expect(stepsOf(show).slice(-4)).toEqual(['runDump', 'startDatabase', 'uploadLogs:error', 'cleanSpool:failed']);
    expect(result?.warnings).toEqual([expect.stringMatching(/^bring the database up: .*later hold/)]);
  });

  it('is recorded with its request, its result and its steps', async () => {
    const show = await stage.start(backupPlan('recorded', online), {}, { description: 'before the move' });
    const { result } = await endingOf(show);
    const record = stage.control.records.get('recorded');
    expect(record).toMatchObject({ 'format-version': 1, 'run-id': (await show.handle.describe()).runId, result });
    expect(record?.request).toEqual({ database: 'shop', description: 'before the move' });
    expect(record?.steps.map(({ step }) => step)).toEqual([
      'takeHold',
      ...stepsOf(show).map((step) => step.split(':')[0]),
    ]);
    for (const { outcome, ...times } of record?.steps ?? []) {
      expect(outcome).toBe('done');
      expect(Date.parse(times['finished-at'])).toBeGreaterThanOrEqual(Date.parse(times['started-at']));
    }
  });

  it('answers from the record of a job that ended before under its id, and does nothing again', async () => {
    const first = await stage.start(backupPlan('first', online));
    const { result } = await endingOf(first);
    const failed = await stage.start(backupPlan('first-failed', online), { runDump: fails('dump-failed') });
    const failure = await endingOf(failed);
    const again = async (record: JobRecord | undefined, id: string) => {
      if (record === undefined) throw new Error('no record');
      const show = await stage.startAs('backup', id, { kind: 'finished', record }, {});
      return { ...(await endingOf(show)), calls: show.performance.calls };
    };
    expect(await again(stage.control.records.get('first'), 'again')).toEqual({
      how: 'completed',
      result,
      calls: ['plan'],
    });
    expect(await again(stage.control.records.get('first-failed'), 'again-2')).toEqual({ ...failure, calls: ['plan'] });
  });

  it('can be watched: search attributes, the query "status", and live details', async () => {
    const show = await stage.start(backupPlan('watched', { hooks: noHooks }), { runDump: hangs() });
    await until('the dump', () => show.performance.calls.includes('runDump'));
    const view = await show.handle.query('status');
    expect(view).toMatchObject({ phase: 'dumping', step: 'runDump', unit: 'shop/0', backupId: '2026-11-21T04:31:00Z' });
    const { searchAttributes } = await show.handle.describe();
    expect(searchAttributes).toMatchObject({
      HoldfastPhase: ['dumping'],
      HoldfastDatabase: ['shop'],
      HoldfastJobType: ['backup'],
      HoldfastUnit: ['shop/0'],
      HoldfastBackupId: ['2026-11-21T04:31:00Z'],
    });
    const metadata = await show.handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toMatch(/\*\*dumping\*\*[\s\S]*\| stopDatabase \|[^|]*\|[^|]*\| done \|/);
    await show.handle.cancel();
    expect((await endingOf(show)).how).toBe('cancelled');
  });
});
