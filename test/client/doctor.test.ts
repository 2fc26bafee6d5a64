import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/servers/free-port';
import { waitUntil } from '../../scripts/servers/wait-until';
import type { Finding } from '../../src/client/doctor/finding';
import { identitiesPolling } from '../../src/client/workers-polling';
import { agentIdentity, agentQueue } from '../../src/model/task-queues';
import { database, openScene, type Scene } from './scene';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene('holdfast-doctor');
  await scene.prepare();
});
afterAll(() => scene?.close());

/** What it says of each thing, and the exit code. */
async function examine(): Promise<{ code: number | undefined; of: (subject: string) => Finding | undefined }> {
  const { code, stdout, stderr } = await scene.run('doctor', '--json');
  expect(stderr).toBe('');
  const findings = JSON.parse(stdout) as Finding[];
  for (const { level, remedy, message } of findings) {
    expect(message).not.toMatch(/undefined|\n\s+at /);
    if (level === 'wrong') expect(remedy).toMatch(/holdfast|temporal /);
  }
  return { code, of: (subject) => findings.find((finding) => finding.subject.startsWith(subject)) };
}

/** What it says of the agent db1 when one of that name asks for work on another host. */
async function examineWhileElsewhereAsks(): Promise<Finding | undefined> {
  const { client } = scene;
  const identity = agentIdentity('db1', 'zz-elsewhere', 7);
  const poll = () =>
    client.connection.workflowService.pollActivityTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: agentQueue('db1') },
      identity,
    });
  await waitUntil('another host', 'known to Temporal', 30_000, async () => {
    // a queue has partitions, of which Temporal tells of one: a worker asks in all of them
    const polls = Array.from({ length: 12 }, () => client.connection.withDeadline(Date.now() + 3_000, poll));
    await Promise.allSettled(polls);
    return (await identitiesPolling(client, agentQueue('db1'), 'activities')).includes(identity);
  });
  const { code, of } = await examine();
  expect(code).toBe(0);
  return of('agent db1');
}

test('without a control worker it asks nobody in vain, and looks at the storages itself', async () => {
  const dead = `http://127.0.0.1:${await freePort()}`;
  const keys = { 'access-key': '${env:HOME}', 'secret-key': '${env:HOME}', 'uri-style': 'path' };
  await scene.configure(
    { shop: database() },
    {
      far: { kind: 's3', bucket: 'backups', endpoint: dead, ...keys },
      sealed: { kind: 's3', bucket: 'backups', endpoint: dead, ...keys, 'secret-key': '${env:NOBODY_SET_THIS}' },
    },
  );
  const { code, of } = await examine();
  expect(code).toBe(3);
  expect(of('search attributes')?.level).toBe('ok');
  expect(of('control worker')).toMatchObject({
    level: 'wrong',
    remedy: expect.stringContaining('holdfast worker --control'),
  });
  expect(of('unit shop/0')).toMatchObject({
    level: 'unchecked',
    message: 'not checked: a control worker asks its agent',
  });
  expect(of('storage near, seen from here')).toMatchObject({
    level: 'unchecked',
    message: expect.stringContaining('is not here'),
  });
  expect(of('storage far, seen from here')).toMatchObject({
    level: 'wrong',
    message: expect.stringContaining('ECONNREFUSED'),
  });
  expect(of('storage sealed, seen from here')).toMatchObject({
    level: 'unchecked',
    message: expect.stringContaining('NOBODY_SET_THIS'),
  });
}, 120_000);

test('an agent that is not there is named, with the command that starts it; one that is tells of its unit, and of one that shares its name elsewhere', async () => {
  await scene.configure(
    { shop: database(), crm: database({ units: [{ name: 'crm/0', agent: 'db2', port: 5433 }] }) },
    {},
    ['db1', 'db2'],
  );
  await mkdir(join(scene.folder, 'near'));
  const end = await scene.startWorkers();
  const { code, of } = await examine();
  expect(code).toBe(3);
  expect(of('control worker')?.level).toBe('ok');
  expect(of('tools')).toMatchObject({ level: 'ok', message: 'found' });
  expect(of('agent db2')).toMatchObject({
    level: 'wrong',
    remedy: 'start it on the host of crm/0: holdfast worker --agent db2',
  });
  expect(of('unit crm/0')).toMatchObject({ level: 'unchecked' });
  expect(of('storage near, seen from here')?.level).toBe('ok');

  await scene.configure({ shop: database() });
  expect(await examineWhileElsewhereAsks()).toMatchObject({
    level: 'warning',
    message: `asks for work on 2 hosts, or did within five minutes: ${[hostname(), 'zz-elsewhere'].sort().join(', ')}`,
  });
  const { code: fine, of: said } = await examine();
  expect([fine, said('retention')?.level]).toEqual([0, 'warning']);
  expect((await scene.run('doctor')).stdout).toMatch(
    /^ok {4}configuration[\s\S]*^note {2}retention[\s\S]*\nnothing is wrong\n$/m,
  );
  await end();
});

test('workers that Temporal only remembers are found out, and nothing that was asked of them stays behind', async () => {
  const { code, of } = await examine();
  expect(code).toBe(3);
  expect(of('control worker')).toMatchObject({ level: 'wrong', message: expect.stringContaining('none took it') });
  const left = await scene.client.workflow.count("ExecutionStatus = 'Running'");
  expect(left.count).toBe(0);
});

test('without Temporal it says so and looks at what it can', async () => {
  await scene.temporal.stop();
  const { code, of } = await examine();
  expect(code).toBe(3);
  expect(of('temporal')).toMatchObject({ level: 'wrong', message: expect.stringContaining('nothing listens there') });
  expect(of('unit shop/0')?.level).toBe('unchecked');
  expect(of('storage near, seen from here')?.level).toBe('ok');
});
