import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
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
  const everyJobIsOver = async () => ({ state: 'unknown' }) as const;
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
