import type { BackupPlan, RestorePlan } from '../../src/model/plan';
import { endingOf, until } from '../workflows/stage/ending';
import { backupPlan, restorePlan, timeouts, unitOn, verifyPlan } from '../workflows/stage/plans';
import { dies, fails, failsOnce, type Script } from '../workflows/stage/script';
import type { Stage } from '../workflows/stage/stage';
import { abandoned, cancelled, known, played, type Scene, terminated } from './scene-of';

const hooks = { before: false, after: false };
const online = { mode: 'online', holdMode: 'shared' } as const;
const beside = { target: { kind: 'beside', name: 'copy' } } as const;
const impatient = { ...timeouts, service: 1_000, recovery: 2_000, agentStart: 1_500, work: 6_000 };
const away = { unit: unitOn('nobody'), timeouts: impatient };

const backup = (name: string, changes: Partial<BackupPlan>, script: Script = {}) =>
  played(backupPlan(name, changes), script);
const restore = (name: string, changes: Partial<RestorePlan>, script: Script = {}) =>
  played(restorePlan(name, changes), script);
const verify = (name: string, script: Script = {}) => played(verifyPlan(name), script);

const backups: readonly Scene[] = [
  backup('backup-online-staged', { ...online, hooks }),
  backup('backup-offline-streamed', { transfer: 'streamed', hooks }),
  backup('backup-hook-failed', {}, { 'run-before-backup': fails('hook-failed') }),
  backup('backup-after-hook-failed', { ...online }, { 'run-after-backup:success': fails('hook-failed') }),
  backup('backup-unclaimed', {}, { checkStorage: fails('storage-refused') }),
  backup('backup-stop-failed', { hooks }, { stopDatabase: fails('hold-lost') }),
  backup('backup-fence-failed', { mode: 'fenced', hooks }, { fenceDatabase: fails('hold-lost') }),
  backup('backup-health-failed', { hooks, timeouts: impatient }, { checkHealth: fails('health-failed') }),
  backup('backup-copied-anew', { hooks }, { uploadArtefacts: failsOnce('spool-lost') }),
  backup('backup-online-copied-anew', { hooks, ...online }, { uploadArtefacts: failsOnce('spool-lost') }),
  backup('backup-spool-lost', { hooks }, { uploadArtefacts: fails('spool-lost') }),
  backup('backup-overdue', { hooks }, { runDump: fails('downtime-exceeded') }),
  backup(
    'backup-log-stranded',
    { hooks },
    { runDump: fails('dump-failed'), 'uploadLogs:error': fails('storage-refused') },
  ),
  backup('backup-seal-failed', { hooks, ...online }, { sealBackup: fails('backup-sealed') }),
  backup('backup-nobody', { hooks, ...away }),
  backup('backup-perhaps-stopped', { hooks, timeouts: impatient }, { stopDatabase: dies(), startDatabase: dies() }),
  abandoned(backupPlan('backup-never-stopped', { hooks, timeouts: impatient }), 'checkStorage'),
  cancelled(backupPlan('backup-online-cancelled', { ...online }), 'uploadArtefacts'),
  cancelled(backupPlan('backup-cancelled-in-plan'), 'plan'),
  cancelled(backupPlan('backup-cancelled-in-stop', { hooks }), 'stopDatabase'),
  terminated(backupPlan('backup-terminated'), 'runDump'),
  known(backupPlan('backup-known'), 'success'),
  known(backupPlan('backup-known-failed'), 'error'),
];

const restores: readonly Scene[] = [
  restore('restore-unplanned', {}, { plan: fails('backup-unknown') }),
  restore('restore-refused', {}, { checkDatabase: fails('space-short') }),
  restore('restore-nobody', away),
  restore('restore-hook-failed', {}, { 'run-before-restore': fails('hook-failed') }),
  restore(
    'restore-unhealthy',
    { hooks },
    { startDatabase: async (nth) => (nth <= 4 ? fails('start-failed')(nth) : undefined) },
  ),
  restore('restore-fence-differs', { hooks, swap: 'fence' }, { compareDatabase: fails('restore-differs') }),
  restore(
    'restore-replace-differs',
    { hooks, replace: true, keepPrevious: 0 },
    { compareDatabase: fails('restore-differs') },
  ),
  restore('restore-beside-differs', { hooks, ...beside }, { compareDatabase: fails('restore-differs') }),
  restore('restore-log-stranded', { hooks }, { 'uploadLogs:success': fails('storage-refused') }),
  abandoned(restorePlan('restore-never-swapped', { hooks, timeouts: impatient }), 'loadBackup'),
  cancelled(restorePlan('restore-cancelled-in-load'), 'loadBackup'),
  cancelled(restorePlan('restore-beside-cancelled', beside), 'compareDatabase'),
  cancelled(restorePlan('restore-cancelled-in-plan'), 'plan'),
  terminated(restorePlan('restore-terminated'), 'swapDatabase'),
  known(restorePlan('restore-known'), 'success'),
  (stage) => lockedOut(stage),
];

const others: readonly Scene[] = [
  verify('verify-failed', { verifyBackup: fails('backup-corrupt') }),
  verify('verify-unplanned', { plan: fails('backup-unknown') }),
  played({ ...verifyPlan('verify-nobody'), ...away }),
  cancelled(verifyPlan('verify-cancelled'), 'verifyBackup'),
  terminated(verifyPlan('verify-terminated'), 'verifyBackup'),
  known(verifyPlan('verify-known'), 'success'),
  (stage) => as(stage, 'restorePlan', 'restore-plan-refused', { checkDatabase: fails('space-short') }),
  (stage) => as(stage, 'restorePlan', 'restore-plan-unplanned', { plan: fails('backup-unknown') }),
  (stage) => as(stage, 'checkup', 'checkup-nobody', {}, { unit: 'shop/0', taskQueue: 'holdfast-agent-nobody' }),
  (stage) => dropCancelled(stage),
];

/** Every other kind of end that a job can have. */
export const outcomeScenes: readonly Scene[] = [...backups, ...restores, ...others];

async function as(stage: Stage, type: string, name: string, script: Script, request: object = {}) {
  const plan = restorePlan(name);
  await endingOf(await stage.startAs(type, name, { kind: 'plan', plan }, script, request));
  return { [name]: name };
}

/** A restore that does not wait for the backup that holds the lock. */
async function lockedOut(stage: Stage) {
  const lock = 'taken';
  const holder = await stage.start(backupPlan('holder', { hooks, lock, ...online }), {
    runDump: async () =>
      until(
        'the restore to give up',
        async () => (await stage.client.workflow.getHandle('restore-locked-out').describe()).status.name === 'FAILED',
      ).then(() => undefined),
  });
  await until('the holder', async () => (await stage.parties(lock)).includes('holder'));
  const plan = restorePlan('restore-locked-out', { lock, timeouts: { ...timeouts, lockWait: 0 } });
  await endingOf(await stage.start(plan));
  await endingOf(holder);
  return { 'restore-locked-out': 'restore-locked-out' };
}

/** Somebody keeps the data that a restore has set aside. */
async function dropCancelled(stage: Stage) {
  await endingOf(await stage.start(restorePlan('restore-kept-on', { hooks, keepPrevious: 600_000 })));
  const drop = stage.client.workflow.getHandle('drop-previous/restore-kept-on');
  await drop.cancel();
  await drop.result().catch(() => undefined);
  return { 'drop-previous-cancelled': 'drop-previous/restore-kept-on' };
}
