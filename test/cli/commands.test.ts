import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandTable } from '../../src/cli/command-table';
import { openConfigured } from '../../src/client/configured-storage';
import { startJob } from '../../src/client/start-job';
import type { Config } from '../../src/config/schema';
import { reserveBackupId } from '../../src/storage/backup-id';
import { repositoryKeys } from '../../src/storage/layout';
import type { Storage } from '../../src/storage/storage';
import { sealedBackup } from '../activities/planning-scene';
import { database, openScene, type Scene } from '../client/scene';
import { runInProcess } from './in-process';

let scene: Scene;
let config: Config;
let storage: Storage;
beforeAll(async () => {
  scene = await openScene('holdfast-commands');
  config = await scene.configure({
    shop: database({ schedules: [{ name: 'nightly', cron: '@daily' }] }),
    crm: database(),
  });
  storage = await openConfigured(config, 'near');
  await storage.prepare();
});
afterAll(() => scene?.close());

interface Failed {
  readonly error: { code: string; exit: number; message: string; hint: string };
}

/** Arguments with which each command gets as far as it can. */
const runs: Readonly<Record<string, readonly string[]>> = {
  backup: ['shop', '--job-id', 'j', '--detach'],
  restore: ['shop', '--yes', '--detach'],
  request: ['shop', '/nowhere/request.json'],
  list: ['shpo'],
  verify: ['shop', '--detach'],
  jobs: ['--database', 'shop'],
  show: ['none'],
  watch: ['none'],
  logs: ['none'],
  cancel: ['none'],
  lock: ['shpo'],
  schedule: ['trigger', 'shop', 'nightly'],
  worker: [],
  init: ['/nowhere/holdfast.yaml'],
};
const others = ['doctor', 'up']; // one has findings and no failure, the other runs for ever

test('every command is looked at here', () => {
  expect([...Object.keys(runs), ...others].sort()).toEqual(commandTable.map(({ name }) => name).sort());
});

describe('in a namespace that no control worker has prepared yet', () => {
  test.each(Object.entries(runs))(
    '%s --json fails with one JSON document, and with the exit code that it tells',
    async (name, args) => {
      const words =
        name === 'init' ? [name, ...args, '--json'] : [name, ...args, '--json', '--config', scene.configPath];
      const { code, stdout, stderr } = await runInProcess(words);
      expect(stderr).toBe('');
      const { error } = JSON.parse(stdout) as Failed;
      expect([name, error.code]).not.toEqual([name, 'internal-defect']);
      expect(code).toBe(error.exit);
      expect(error.hint).toMatch(/holdfast|temporal /);
      expect(`${error.message}${error.hint}`).not.toMatch(/<\w+>|undefined|\n\s+at /);
    },
  );

  test('the doctor names what is missing, with a remedy for each, and exit code 3', async () => {
    const { code, stdout, stderr } = await scene.run('doctor', '--json');
    const findings = JSON.parse(stdout) as { subject: string; level: string; remedy?: string }[];
    expect([code, stderr]).toEqual([3, '']);
    const levels = Object.fromEntries(findings.map(({ subject, level }) => [subject, level]));
    expect(levels).toMatchObject({
      configuration: 'ok',
      temporal: 'ok',
      'search attributes': 'wrong',
      retention: 'warning',
      'control worker': 'wrong',
      'unit shop/0': 'unchecked',
    });
    for (const { level, remedy } of findings)
      if (/wrong|warning/.test(level)) expect(remedy).toMatch(/holdfast|temporal /);
  });
});

describe('once it is prepared', () => {
  beforeAll(async () => {
    await scene.prepare();
    await startJob(scene.client, 'backup', { database: 'shop', 'job-id': 'seen' });
    for (const end = Date.now() + 20_000; (await scene.json<unknown[]>('jobs')).length === 0; ) {
      if (Date.now() > end) throw new Error('the job is not listed');
    }
  });

  test.each([
    "o'brien",
    "x' OR WorkflowType = 'backup",
    "x\\' OR WorkflowType = 'backup' --",
    '"',
    'ü',
    "'; DROP",
    '%',
  ])('jobs --database %j finds nothing of others, and says that there is no such database', async (odd) => {
    const { code, stdout } = await scene.run('jobs', '--database', odd, '--json');
    expect([code, JSON.parse(stdout).error?.code]).toEqual([2, 'database-unknown']);
  });

  test.each(["o'brien", "x' OR '1'='1", 'a"b', '../x', 'job with spaces', 'restore-mutex/shop', '--'])(
    'show, watch, logs and cancel %j say that there is no such job',
    async (odd) => {
      for (const name of ['show', 'watch', 'logs', 'cancel']) {
        const { code, stdout } = await runInProcess(['--config', scene.configPath, name, '--json', '--', odd]);
        expect([code, JSON.parse(stdout).error?.code]).toEqual([2, 'job-unknown']);
      }
    },
  );

  test('jobs lists what runs, with its database and phase, and as few as asked for', async () => {
    expect(await scene.json('jobs', '--running', '--database', 'shop')).toMatchObject([
      { 'job-id': 'seen', type: 'backup', database: 'shop', state: 'RUNNING' },
    ]);
    expect(await scene.json('jobs', '--limit', '0')).toEqual([]);
    expect(await scene.json('jobs', '--database', 'crm')).toEqual([]);
    expect((await scene.run('jobs')).stdout).toMatch(
      /^job\s+type\s+database\s+state\s+backup\s+started\s+took\nseen\s+backup\s+shop\s/,
    );
  });

  test.each([
    [['restore', 'shop', '--plan'], 'control-silent', 'holdfast up'],
    [['backup', 'shop', '--storage', 'naer'], 'storage-unknown', 'did you mean "near"?'],
    [['restore', 'shop', 'yesterday', '--yes'], 'request-invalid', 'backup-id: must look like'],
    [['backup', 'shop', '--jobs', '1000'], 'request-invalid', 'jobs: Too big'],
  ])('%j is refused at once', async (words, code, text) => {
    const { error } = await scene.json<Failed>(...words);
    expect([error.code, `${error.message} ${error.hint}`]).toEqual([code, expect.stringContaining(text)]);
  });

  test('logs of a job that runs says when there will be one', async () => {
    expect((await scene.json<Failed>('logs', 'seen')).error).toMatchObject({
      code: 'log-missing',
      message: expect.stringContaining('when the job ends'),
    });
  });
});

describe('holdfast list', () => {
  const [finished, failed, begun] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z'] as const;

  beforeAll(async () => {
    await sealedBackup(storage, finished, { 'lsn-start': '0/1', 'lsn-stop': '0/2', timeline: 1 });
    const reserve = (jobId: string, id: string) =>
      reserveBackupId(storage, { database: 'shop', jobId, at: new Date(id) });
    await reserve('fails', failed);
    await reserve('runs', begun);
    await storage.put(
      repositoryKeys('shop').backup(failed).log,
      '2026-01-02T00:00:01.000Z error: the \u001b[31mdisk\u001b[0m is full\n',
    );
  });

  test('has the columns of old, and derives each status from what is on the store', async () => {
    const { stdout, code } = await scene.run('list', 'shop');
    const [place, head, ...rows] = stdout.trimEnd().split('\n');
    expect([code, place]).toEqual([0, `${storage.place}shop/`]);
    expect(head?.split(/ {2,}/)).toEqual([
      'backup-id',
      'action',
      'status',
      'reference-backup-id',
      'LSN start/stop',
      'start-time',
      'finish-time',
      'timeline',
      'backup-path',
    ]);
    expect(rows.map((row) => row.slice(0, 70))).toEqual([
      expect.stringMatching(`^${finished}  full backup  finished `),
      expect.stringMatching(`^${failed}  full backup  failed: error: the disk is full`),
      expect.stringMatching(`^${begun}  full backup  in progress`),
    ]);
    expect(rows[0]).toContain('0/1 / 0/2');
    expect(stdout).not.toContain('\u001b');
  });

  test('says it in JSON in the same words, and of an empty repository how to begin', async () => {
    const { rows } = await scene.json<{ rows: object[] }>('list', 'shop');
    expect(rows).toMatchObject([
      { status: 'finished', timeline: 1 },
      { status: expect.stringMatching(/^failed: /) },
      { status: 'in progress', 'job-id': 'runs' },
    ]);
    expect((await scene.run('list', 'crm')).stdout).toContain('no backups yet; make one with: holdfast backup crm');
  });

  test('marks a finished backup that lacks something, and says what', async () => {
    const missing = [{ what: 'subscription feed', reason: 'pg_dump dumps subscriptions for superusers alone' }];
    await storage.put(repositoryKeys('crm').backup(finished).artefact('data/dump.pgdump.zst'), 'the dump');
    await sealedBackup(storage, finished, { database: 'crm', missing });
    const { stdout } = await scene.run('list', 'crm');
    expect(stdout).toContain('finished, incomplete');
    expect(stdout).toContain(`${finished} lacks subscription feed`);
  });
});

describe('holdfast request', () => {
  const place = { bucket: 'backups', path: '/prod/', 'access-key': 'redacted', 'secret-key': 'redacted' };
  const job = (changes: object = {}) => ({
    'job-id': 'asked',
    'job-type': 'backup',
    'job-config': { compression: true },
    'storage-interface': 's3',
    'storage-config': place,
    ...changes,
  });
  const ask = async (request: unknown, ...more: string[]) => {
    const file = join(scene.folder, 'request.json');
    await writeFile(file, typeof request === 'string' ? request : JSON.stringify(request));
    return scene.run('request', 'shop', file, '--detach', '--json', ...more);
  };
  const errorOf = async (request: unknown): Promise<Failed['error']> => JSON.parse((await ask(request)).stdout).error;

  beforeAll(async () => {
    const s3 = { kind: 's3', bucket: 'backups', prefix: 'prod', 'access-key': '${env:A}', 'secret-key': '${env:B}' };
    await scene.configure({ shop: database() }, { far: s3 });
  });

  test('starts the jobs of the interface on the storage that they describe, and answers in its words', async () => {
    const restore = job({
      'job-id': 'asked-too',
      'job-type': 'restore',
      'artifact-path': 's3://backups/prod/shop/backups/x/',
    });
    const { code, stdout } = await ask({ jobs: [job(), restore], other: 1 }, '--yes');
    expect(code).toBe(0);
    const running = { status: 'running', 'storage-interface': 's3', 'storage-config': place };
    expect(JSON.parse(stdout)).toEqual({
      jobs: [
        { 'job-id': 'asked', 'job-type': 'backup', ...running },
        { 'job-id': 'asked-too', 'job-type': 'restore', ...running },
      ],
    });
    expect(await scene.json('show', 'asked')).toMatchObject({ type: 'backup', database: 'shop', status: 'running' });
    expect((await ask(job())).code).toBe(0);
  });

  test.each([
    ['what is no JSON', '{', 'request-invalid', 'it is not JSON'],
    ['no job', { jobs: [] }, 'request-invalid', 'at least one job'],
    ['one job id twice', { jobs: [job(), job()] }, 'request-invalid', 'two jobs have the job-id "asked"'],
    [
      'an unknown key of job-config',
      job({ 'job-config': { compression: true, level: 1 } }),
      'request-invalid',
      'job-config',
    ],
    [
      'two paths that differ',
      job({ 'artefact-path': 'a', 'artifact-path': 'b' }),
      'request-invalid',
      'differ: give one',
    ],
    [
      'keys in the clear',
      job({ 'storage-config': { ...place, 'secret-key': 'hunter2' } }),
      'secret-in-request',
      'carries keys',
    ],
    [
      'a place that no storage has',
      job({ 'storage-config': { ...place, path: 'test' } }),
      'storage-unknown',
      's3://backups/test/',
    ],
  ])('refuses %s before anything starts', async (_, request, code, message) => {
    const error = await errorOf(request);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  test('asks before a restore, and without anybody to ask does nothing', async () => {
    const { message, exit } = await errorOf(job({ 'job-id': 'careless', 'job-type': 'restore' }));
    expect([exit, message]).toEqual([2, expect.stringContaining('give --yes')]);
    await expect(scene.client.workflow.getHandle('careless').describe()).rejects.toThrow();
  });
});
