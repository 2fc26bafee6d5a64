import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spool } from '../../src/agent/spool';

let folder: string;
let spool: Spool;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-spool-'));
  spool = new Spool(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function logged(jobId: string): Promise<string> {
  const path = await spool.open({ jobId, workflowId: jobId, runId: `${jobId}-run`, database: 'shop' });
  await writeFile(join(path, 'backup.log'), `log of ${jobId}\n`);
  return join(path, 'backup.log');
}

test('a log that is kept outlives its folder, is read by its user alone, and is where it is said to be however often it is asked', async () => {
  const log = await logged('a');
  const kept = await spool.keep('a', log);
  await spool.remove('a');
  expect(await readFile(kept ?? '', 'utf8')).toBe('log of a\n');
  expect((await stat(join(folder, 'kept-logs'))).mode & 0o777).toBe(0o700);
  expect(await spool.keep('a', log)).toBe(kept);
  await spool.sweep(everyJobIsOver, new Set(), async () => undefined);
  expect(await readFile(kept ?? '', 'utf8')).toBe('log of a\n');
});

test('what is not there is not kept', async () => {
  expect(await spool.keep('b', join(spool.pathOf('b'), 'backup.log'))).toBeUndefined();
});

test('of the logs that are kept the oldest go', async () => {
  for (let nth = 1; nth <= 32; nth += 1) {
    const log = await logged(`job-${nth}`);
    await utimes(log, nth, nth);
    await spool.keep(`job-${nth}`, log);
  }
  const names = await readdir(join(folder, 'kept-logs'));
  expect(names).toHaveLength(30);
  expect(names).not.toContain('job-2-backup.log');
  expect(names).toContain('job-3-backup.log');
});

const everyJobIsOver = async () => ({ state: 'unknown' }) as const;

test('what is no folder of that job is not removed, whatever its name', async () => {
  await mkdir(join(folder, 'theirs'));
  await writeFile(join(folder, 'theirs', 'precious'), 'precious');
  await symlink(join(folder, 'theirs'), join(folder, 'link'));
  await mkdir(join(folder, 'kept-logs'));
  for (const jobId of ['theirs', 'link', 'kept-logs', '..', '.', '']) await spool.remove(jobId);
  expect((await readdir(folder)).sort()).toEqual(['kept-logs', 'link', 'theirs']);
  expect(await readFile(join(folder, 'theirs', 'precious'), 'utf8')).toBe('precious');
});

test("a note that names another job than its folder has nobody's folder removed", async () => {
  await logged('a');
  const note = await readFile(join(spool.pathOf('a'), 'job.json'), 'utf8');
  await mkdir(join(folder, 'forged'));
  await writeFile(join(folder, 'forged', 'job.json'), note.replaceAll('"a"', '"../a"'));
  const { removed } = await spool.sweep(everyJobIsOver, new Set(), async () => undefined);
  expect(removed).toEqual(['a']);
  expect(await readdir(folder)).toEqual(['forged']);
});

test('a removal that was interrupted is finished by the next sweep', async () => {
  await mkdir(join(folder, '=removing-1', 'data'), { recursive: true });
  await spool.sweep(everyJobIsOver, new Set(), async () => undefined);
  expect(await readdir(folder)).toEqual([]);
});

test('a job with any id has a folder of its own, which goes with it', async () => {
  const ids = ['..', '.', 'kept-logs', 'x'.repeat(600), ':'.repeat(200), 'a/b', 'tokens.json'];
  const logs = await Promise.all(ids.map(logged));
  expect(new Set(logs).size).toBe(ids.length);
  const kept = await Promise.all(ids.map((id, nth) => spool.keep(id, logs[nth] ?? '')));
  expect(kept.map((path) => path !== undefined && existsSync(path))).toEqual(ids.map(() => true));
  await Promise.all(ids.map((id) => spool.remove(id)));
  expect(await readdir(folder)).toEqual(['kept-logs']);
});
