import type { MutexState } from '../../src/model/hold';
import type { BackupPlan, RestorePlan } from '../../src/model/plan';
import { controlQueue } from '../../src/model/task-queues';
import { arrive, holding, queued } from '../workflows/stage/crowd';
import { endingOf, until } from '../workflows/stage/ending';
import { backupPlan, restorePlan, verifyPlan } from '../workflows/stage/plans';
import { diesOnce, fails, failsOnce, lingers, type Script } from '../workflows/stage/script';
import { outcomeScenes } from './outcome-scenes';
import { cancelled, played, type Scene } from './scene-of';

const backup = (name: string, changes: Partial<BackupPlan>, script: Script = {}) =>
  played(backupPlan(name, changes), script);
const restore = (name: string, changes: Partial<RestorePlan>, script: Script = {}) =>
  played(restorePlan(name, changes), script);

const online = { mode: 'online', transfer: 'streamed', holdMode: 'shared' } as const;

/** Every way through the workflows that differs in its commands. */
export const scenes: readonly Scene[] = [
  backup('backup-offline', {}),
  backup('backup-online', online),
  backup('backup-fenced', { mode: 'fenced' }, { unfenceDatabase: failsOnce('unfence-failed') }),
  backup('backup-worker-died', {}, { runDump: diesOnce() }),
  backup('backup-dump-failed', {}, { runDump: fails('dump-failed') }),
  backup('backup-left-stopped', {}, { startDatabase: fails('internal-defect') }),
  backup('backup-log-failed', online, { 'uploadLogs:success': fails('storage-refused') }),
  backup('backup-refused', {}, { checkDatabase: fails('database-unreachable') }),
  backup('backup-unplanned', {}, { plan: fails('database-unknown') }),
  cancelled(backupPlan('backup-cancelled'), 'runDump'),
  restore('restore-stop', {}),
  restore('restore-fence', { swap: 'fence' }),
  restore('restore-beside', { target: { kind: 'beside', name: 'copy' } }),
  restore('restore-replace', { replace: true, keepPrevious: 0 }),
  restore('restore-differs', {}, { compareDatabase: fails('restore-differs') }),
  restore('restore-unrecoverable', {}, { compareDatabase: fails('restore-differs'), swapBack: fails('swap-failed') }),
  restore('restore-load-failed', {}, { loadBackup: fails('load-failed') }),
  cancelled(restorePlan('restore-cancelled'), 'swapDatabase'),
  restore('restore-partial', { onError: 'continue' }),
  restore('restore-aside-first', { swap: 'fence', way: 'aside-first' }),
  played({ ...verifyPlan('verify-load'), load: { jobs: 2 } }),
  async (stage) => {
    await endingOf(await stage.start(restorePlan('restore-kept', { keepPrevious: 500 })));
    await stage.client.workflow.getHandle('drop-previous/restore-kept').result();
    return { 'restore-kept': 'restore-kept', 'drop-previous': 'drop-previous/restore-kept' };
  },
  async (stage) => {
    await endingOf(await stage.start(verifyPlan('verify')));
    return { verify: 'verify' };
  },
  async (stage) => {
    const plan = restorePlan('restore-plan');
    await endingOf(await stage.startAs('restorePlan', 'restore-plan', { kind: 'plan', plan }, {}));
    return { 'restore-plan': 'restore-plan' };
  },
  async (stage) => {
    const input = { database: 'shop', unit: 'shop/0', taskQueue: 'holdfast-agent-db1' };
    await endingOf(await stage.startAs('checkup', 'checkup', { kind: 'plan', plan: verifyPlan('-') }, {}, input));
    return { checkup: 'checkup' };
  },
  async (stage) => {
    const first = await holding(await arrive(stage, 'crowd-1', 'crowd', 'exclusive'));
    const hasty = await arrive(stage, 'crowd-hasty', 'crowd', 'shared', { wait: 0 });
    await hasty.ended;
    const late = await queued(stage, 'crowd-late', 'crowd', 'shared', { wait: 3_000 });
    await late.ended;
    const second = await queued(stage, 'crowd-2', 'crowd', 'exclusive');
    const third = await queued(stage, 'crowd-3', 'crowd', 'shared');
    await first.handle.terminate();
    await holding(second);
    const mutex = stage.client.workflow.getHandle('restore-mutex/crowd');
    await mutex.executeUpdate('forceRelease', { args: [{ runId: second.runId, reason: 'to be recorded' }] });
    await holding(third);
    second.goOn();
    third.goOn();
    await Promise.all([second.ended, third.ended]);
    await until('the end of the mutex', async () => (await mutex.describe()).status.name === 'COMPLETED');
    return {
      'backup-no-wait': 'crowd-hasty',
      'backup-locked-out': 'crowd-late',
      'backup-waited': 'crowd-2',
      mutex: 'restore-mutex/crowd',
    };
  },
  async (stage) => {
    const nobody: MutexState = { lock: 'long', holders: [], waiters: [], lastToken: 0 };
    const args = [nobody, { historyLimit: 30, linger: 20_000 }];
    const mutex = await stage.client.workflow.start('restoreMutex', {
      workflowId: 'restore-mutex/long',
      taskQueue: controlQueue,
      args,
    });
    const hooks = { before: false, after: false };
    for (const id of ['long-1', 'long-2', 'long-3'])
      await endingOf(
        await stage.start(backupPlan(id, { hooks, lock: 'long' }), { uploadArtefacts: lingers(() => undefined) }),
      );
    const first = stage.client.workflow.getHandle(mutex.workflowId, mutex.firstExecutionRunId);
    await until('continuing as new', async () => (await first.describe()).status.name === 'CONTINUED_AS_NEW');
    return { 'mutex-continued': `${mutex.workflowId}\n${mutex.firstExecutionRunId}` };
  },
  ...outcomeScenes,
];
