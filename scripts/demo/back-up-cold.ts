import { bytes, duration, timeOf } from './figures';
import type { Scene } from './scene';
import { startVisits } from './visitors';

/** A cold backup while somebody looks at products. Resolves to its id. */
export async function backUpCold({ narrator, jobs, till }: Scene): Promise<string> {
  const visits = await startVisits(till);
  try {
    const result = await narrator.step(
      'stopping, copying and starting the cluster',
      () => jobs.run('backup of the stopped cluster', 'backup shop --method cold --job-id shop-stopped'),
      (done) =>
        `backed up cold in ${duration(timeOf(done))}: stopped, ${bytes(done.bytes ?? 0)} copied, started, then uploaded`,
    );
    const { longestPause } = await visits.stop();
    narrator.command('holdfast backup shop --method cold');
    narrator.detail(
      `downtime ${duration(result['downtime-ms'] ?? 0)} by its own account; a visitor went without an answer for ${duration(longestPause)}`,
    );
    return String(result['backup-id']);
  } finally {
    await visits.stop();
  }
}
