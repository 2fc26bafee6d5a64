import { join } from 'node:path';
import { failure } from '../../src/model/errors';
import { JobResult } from '../../src/model/interface-job';
import { runTool } from '../servers/run-tool';
import { fingerprint } from '../shop/fingerprint';
import type { Machine } from '../stack/machine';
import { counted, duration, timeOf } from './figures';
import { thingsIn } from './same';
import type { Original, Scene } from './scene';

const root = join(__dirname, '..', '..');
const tsx = require.resolve('tsx/cli');

/** Takes the shop's fingerprint with nobody in it; then backups started by one's own code and by a schedule, which must match it. */
export async function backUpAtRest(scene: Scene): Promise<Original> {
  const { narrator, shop } = scene;
  const seen = await narrator.step(
    "taking the shop's fingerprint",
    () => fingerprint(shop),
    (print) => `the customers have left; ${counted(thingsIn(print))} things noted, from every row to every grant`,
  );
  const triggered = await backUpByOwnCode(scene);
  const scheduled = await backUpBySchedule(scene);
  return { fingerprint: seen, triggered, scheduled };
}

async function backUpByOwnCode({ narrator, jobs, machine }: Scene): Promise<string> {
  const result = await narrator.step(
    'backing up from a program of our own',
    () => trigger(machine, 'shop-from-own-code'),
    (done) => `a program with nothing but @temporalio/client had it backed up in ${duration(timeOf(done))}`,
  );
  jobs.enter('backup by scripts/trigger.ts', result);
  narrator.command('npx tsx scripts/trigger.ts backup shop');
  return String(result['backup-id']);
}

/** A process of its own; what it prints is a line for people and the job's result. */
async function trigger(machine: Machine, jobId: string): Promise<JobResult> {
  const script = join(root, 'scripts', 'trigger.ts');
  const env = { TEMPORAL_ADDRESS: machine.temporalAddress };
  const { stdout } = await runTool(process.execPath, [tsx, script, 'backup', 'shop', jobId], { env });
  return JobResult.parse(JSON.parse(stdout.slice(stdout.indexOf('{'))));
}

async function backUpBySchedule({ narrator, jobs }: Scene): Promise<string> {
  const work = async () => {
    await jobs.ask('schedule apply --yes');
    const started = await jobs.ask<{ 'job-id': string }>('schedule trigger shop nightly');
    return jobs.run('backup by schedule', `watch ${started['job-id']}`);
  };
  const result = await narrator.step('backing up by a Temporal schedule', work, (done) => {
    if (done.origin !== 'schedule:nightly')
      throw failure('process-failed', { tool: 'schedule', reason: `the job says it comes from "${done.origin}"` });
    return `a Temporal schedule had it backed up in ${duration(timeOf(done))}; the job says: ${done.origin}`;
  });
  narrator.command('holdfast schedule apply; holdfast schedule trigger shop nightly');
  const backup = String(result['backup-id']);
  await narrator.step(
    'reading that backup back',
    () => jobs.run('verification of that backup', `verify shop ${backup} --job-id shop-verified`),
    (done) => `read back in ${duration(timeOf(done))}: every byte is what was written, and the dump is whole`,
  );
  narrator.command(`holdfast verify shop ${backup}`);
  return backup;
}
