import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StepMeter } from '../../src/activities/step-meter';
import { openBooks } from '../../src/agent/books';
import { Register } from '../../src/agent/register';
import { Spool } from '../../src/agent/spool';
import { Watchdog } from '../../src/agent/watchdog';
import { scriptedUnit } from './scripted-unit';

const note = { jobId: 'backup-1', workflowId: 'backup-1', runId: 'run-1', database: 'shop' };
const sealing = { workflowId: note.workflowId, runId: note.runId, activityId: '7', step: 'sealBackup' };
const progress = new StepMeter(sealing.step).snapshot;

let state: string;
let register: Register;
let order: string[];
let watchdog: Watchdog;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'holdfast-closed-runs-'));
  [register, order] = [new Register(), []];
  const spool = new Spool(join(state, 'spool'));
  await spool.open(note);
  watchdog = new Watchdog({
    books: openBooks(state),
    register,
    spool,
    settleFolder: async () => void order.push('what it left is removed'),
    lookAt: async () => ({ state: 'closed', how: 'terminated' }),
    withUnit: ({ signal }, use) => use(scriptedUnit().open(signal)),
    report: { info: () => {}, warn: () => {}, error: () => {} },
    countRescue: () => {},
  });
});
afterEach(() => rm(state, { recursive: true, force: true }));

test('what a dead job left on the storage goes only when its steps have ended, those that somebody waits for too', async () => {
  const work = async (signal: AbortSignal) => {
    await new Promise((aborted) => signal.addEventListener('abort', aborted));
    await sleep(100); // what was asked of the store is answered first
    order.push('the step ended');
  };
  await register.claim(sealing, (signal) => ({ result: work(signal), progress }));
  await watchdog.round();
  expect(order).toEqual(['the step ended', 'what it left is removed']);
});

test('a step that hears late of the end of its job does not begin behind the removal', async () => {
  await watchdog.round();
  const late = register.claim(sealing, () => ({ result: Promise.resolve(order.push('sealed')), progress }));
  await expect(late).rejects.toMatchObject({ code: 'step-ended' });
  expect(order).toEqual(['what it left is removed']);
});
