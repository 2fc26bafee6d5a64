import { ScheduleOverlapPolicy } from '@temporalio/client';
import { applyChanges } from '../../src/client/schedules/apply';
import { changesNeeded } from '../../src/client/schedules/changes';
import { desiredSchedules } from '../../src/client/schedules/desired';
import { existingSchedules } from '../../src/client/schedules/existing';
import { scheduleOptions } from '../../src/client/schedules/options';
import { differences, foundShape, wantedShape } from '../../src/client/schedules/shape';
import { database, openScene, type Scene } from './scene';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene('holdfast-schedules');
});
afterAll(() => scene?.close());

interface Applied {
  readonly changes: readonly { change: string; schedule: string; 'differs-in'?: string[] }[];
  readonly applied: boolean;
}

const nightly = { name: 'nightly', cron: '0 1 * * *' };
const handle = (name = 'nightly') => scene.client.schedule.getHandle(`holdfast/shop/${name}`);
const configure = (...schedules: object[]) => scene.configure({ shop: database({ schedules }) });
const apply = () => scene.json<Applied>('schedule', 'apply', '--yes');
const plan = () => scene.json<Applied>('schedule', 'apply', '--plan');

test('before a control worker prepared the namespace, apply says what is missing and makes nothing', async () => {
  await configure(nightly);
  const { code, stdout } = await scene.run('schedule', 'apply', '--yes', '--json');
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'temporal-unprepared',
    hint: expect.stringContaining('holdfast'),
  });
  expect(code).toBe(7);
  await scene.prepare();
  expect(await plan()).toEqual({ changes: [{ change: 'create', schedule: 'holdfast/shop/nightly' }], applied: false });
});

test('without --yes and without anybody to ask nothing is applied, and the plan is shown first', async () => {
  const { code, stderr, stdout } = await scene.run('schedule', 'apply');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/create\s+holdfast\/shop\/nightly\s+0 1 \* \* \*\s+UTC/);
  expect(stderr).toContain('give --yes, or --plan to only look');
  await expect(handle().describe()).rejects.toThrow();
});

test('what is made queues overlapping runs, drops those an hour late, and is in UTC', async () => {
  expect(await apply()).toMatchObject({ applied: true });
  const { policies, spec, state } = await handle().describe();
  expect(policies).toMatchObject({ overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: 3_600_000 });
  expect([spec.timezone, state.paused]).toEqual(['UTC', false]);
  expect(await apply()).toEqual({ changes: [], applied: true });
});

test('a change, an addition and a removal in the configuration are each told and carried out', async () => {
  await configure(
    { ...nightly, cron: '30 2 * * *', timezone: 'Europe/Berlin', 'catch-up': '2h' },
    { name: 'weekly', cron: '@weekly' },
  );
  expect((await apply()).changes).toEqual([
    { change: 'change', schedule: 'holdfast/shop/nightly', 'differs-in': ['cron', 'timezone', 'catch-up'] },
    { change: 'create', schedule: 'holdfast/shop/weekly' },
  ]);
  await configure(nightly);
  expect((await apply()).changes).toContainEqual({ change: 'remove', schedule: 'holdfast/shop/weekly' });
  await expect(handle('weekly').describe()).rejects.toThrow();
});

test('a pause by hand stays over an apply that changes something else; one of the configuration is carried out', async () => {
  expect((await scene.json('schedule', 'pause', 'shop', 'nightly')).paused).toBe(true);
  expect(await apply()).toEqual({ changes: [], applied: true });
  await configure({ ...nightly, cron: '0 3 * * *' });
  await apply();
  expect((await handle().describe()).state.paused).toBe(true);
  expect(await scene.json('schedule', 'list')).toMatchObject([{ schedule: 'holdfast/shop/nightly', paused: true }]);
  await scene.run('schedule', 'resume', 'shop', 'nightly');
  await configure({ ...nightly, paused: true });
  expect((await apply()).changes[0]?.['differs-in']).toEqual(['cron', 'paused']);
  expect((await handle().describe()).state.paused).toBe(true);
  await configure(nightly);
  await apply();
  expect((await handle().describe()).state.paused).toBe(false);
});

describe('what somebody edited is noticed, named and put back:', () => {
  type Change = Parameters<ReturnType<typeof handle>['update']>[0];
  const edits: [string, string, Change][] = [
    ['its times', 'cron', (was) => ({ ...was, spec: { ...was.spec, calendars: [{ hour: 2 }] } })],
    ['one more time', 'cron', (was) => ({ ...was, spec: { ...was.spec, intervals: [{ every: '6h' }] } })],
    ['seconds', 'cron', (was) => ({ ...was, spec: { ...was.spec, calendars: [{ hour: 1, second: 30 }] } })],
    ['a year', 'cron', (was) => ({ ...was, spec: { ...was.spec, calendars: [{ hour: 1, year: 2030 }] } })],
    ['its zone', 'timezone', (was) => ({ ...was, spec: { ...was.spec, timezone: 'Asia/Tokyo' } })],
    ['jitter', 'jitter', (was) => ({ ...was, spec: { ...was.spec, jitter: '5m' } })],
    ['its catch-up window', 'catch-up', (was) => ({ ...was, policies: { ...was.policies, catchupWindow: '3h' } })],
    ['overlap', 'overlap', (was) => ({ ...was, policies: { ...was.policies, overlap: ScheduleOverlapPolicy.SKIP } })],
    ['a pause on failure', 'limits', (was) => ({ ...was, policies: { ...was.policies, pauseOnFailure: true } })],
    ['an end', 'limits', (was) => ({ ...was, spec: { ...was.spec, endAt: new Date('2031-01-01') } })],
    ['a number of runs', 'limits', (was) => ({ ...was, state: { ...was.state, remainingActions: 3 } })],
    ['its input', 'request', (was) => ({ ...was, action: { ...was.action, args: [{ database: 'crm' }] } })],
    ['what is started', 'action', (was) => ({ ...was, action: { ...was.action, workflowType: 'restore' } })],
    ['a timeout', 'action', (was) => ({ ...was, action: { ...was.action, workflowRunTimeout: '1m' } })],
  ];

  test.each(edits)('%s', async (_, word, change) => {
    await handle().update(change);
    const { changes } = await plan();
    expect(changes).toEqual([{ change: 'change', schedule: 'holdfast/shop/nightly', 'differs-in': [word] }]);
    expect((await scene.run('schedule', 'apply', '--plan')).stdout).toMatch(new RegExp(`nightly.*  ${word}$`, 'm'));
    await apply();
    expect((await plan()).changes).toEqual([]);
  });
});

test('every way to write a cron comes back from the server as what was meant', async () => {
  const texts = [
    '*/15 0-6,18-23 1,15 jan-jun mon-fri',
    '0 0 * * 7',
    '5/10 * * * SUN',
    '0 0 * * 5-7',
    '0 0 * * 0-7/2',
    '0 0 * * */2',
  ];
  const crons = [
    ...texts,
    '0 0 * * 1/3',
    '7,7,5-9/2 1 31 */5 *',
    '@daily',
    '@hourly',
    '@weekly',
    '@monthly',
    '@yearly',
    '@every 90m',
    '@every 1d',
  ];
  const config = await scene.configure({
    shop: database({
      schedules: crons.map((cron, nth) => ({ name: `n${nth}`, cron, 'catch-up': '1s', jitter: '10s' })),
    }),
  });
  const wrong = await Promise.all(
    desiredSchedules(config).map(async (desired) => {
      const made = await scene.client.schedule.create({
        ...scheduleOptions(desired),
        scheduleId: `try-${desired.config.name}`,
      });
      const differing = differences(wantedShape(desired), foundShape(await made.describe()));
      await made.delete();
      return differing.length > 0 ? [`${desired.config.cron}: ${differing}`] : [];
    }),
  );
  expect(wrong.flat()).toEqual([]);
});

test("others' schedules stay, also under our prefix; one that has an id of ours is named before anything changes", async () => {
  await configure(nightly);
  const foreign = {
    ...scheduleOptions(desiredSchedules(await configure({ ...nightly, name: 'theirs' }))[0] ?? never()),
    memo: {},
  };
  await scene.client.schedule.create(foreign);
  await scene.client.schedule.create({ ...foreign, scheduleId: 'holdfast/other/old' });
  const { code, stdout } = await scene.run('schedule', 'apply', '--yes', '--json');
  expect([code, JSON.parse(stdout).error.code]).toEqual([3, 'schedule-foreign']);
  await handle('nightly').describe();
  expect((await scene.json<{ error: object }>('schedule', 'pause', 'shop', 'theirs')).error).toMatchObject({
    code: 'schedule-unknown',
  });
  await configure();
  expect((await apply()).changes).toEqual([{ change: 'remove', schedule: 'holdfast/shop/nightly' }]);
  await scene.client.schedule.getHandle('holdfast/other/old').describe();
  await handle('theirs').delete();
});

test('two applies at once end in what is configured, whatever was there', async () => {
  await configure(nightly, { name: 'noon', cron: '0 12 * * *' });
  const config = await configure(nightly, { name: 'noon', cron: '0 12 * * *' });
  const desired = desiredSchedules(config);
  const needed = async () =>
    changesNeeded(
      desired,
      await existingSchedules(
        scene.client,
        desired.map(({ id }) => id),
      ),
    );
  const both = await Promise.all([needed(), needed()]);
  expect(both.map((changes) => changes.length)).toEqual([2, 2]);
  await Promise.all(both.map((changes) => applyChanges(scene.client, changes)));
  expect(await needed()).toEqual([]);
  const old = both[0].map(({ id }) => ({ kind: 'remove', id }) as const);
  await Promise.all([applyChanges(scene.client, old), applyChanges(scene.client, old)]);
  expect(await needed()).toHaveLength(2);
});

test('a zone or cron that only the server finds wrong is a mistake of the configuration, by its path', async () => {
  const config = await configure(nightly);
  const [desired = never()] = desiredSchedules(config);
  const odd = { ...desired, config: { ...desired.config, timezone: 'Atlantis/Capital' } };
  await expect(applyChanges(scene.client, [{ kind: 'create', id: desired.id, desired: odd }])).rejects.toMatchObject({
    code: 'configuration-invalid',
    message: expect.stringMatching(/databases\.shop\.schedules "nightly".*Atlantis/),
  });
});

test('a run triggered by hand says which schedule made it; the next one waits for it', async () => {
  await configure(nightly);
  await apply();
  const started = await scene.json('schedule', 'trigger', 'shop', 'nightly');
  const jobId = String(started['job-id']);
  expect(jobId).toMatch(/^shop:nightly-\d{4}-/);
  expect(await scene.json('show', jobId)).toMatchObject({
    schedule: 'holdfast/shop/nightly',
    database: 'shop',
    phase: 'queued',
  });
  const [{ 'last-job': last }] = (await scene.json('schedule', 'list')) as unknown as [Record<string, string>];
  expect(last).toBe(jobId);
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // run ids end in whole seconds
  const { stdout } = await scene.run('schedule', 'trigger', 'shop', 'nightly');
  expect(stdout).toContain('begins when the run before it has ended');
  expect((await scene.json<{ error: object }>('schedule', 'trigger', 'shop', 'nigthly')).error).toMatchObject({
    code: 'schedule-unknown',
  });
});

function never(): never {
  throw new Error('no schedule was configured');
}
