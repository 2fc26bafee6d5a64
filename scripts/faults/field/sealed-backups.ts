import { listRepository } from '../../../src/client/backups';
import type { Field } from '../field';

export interface SealedBackup {
  readonly id: string;
  readonly job: string;
}

/** What the catalogue lists as finished. */
export async function sealedBackups({ config }: Pick<Field, 'config'>, lane: string): Promise<readonly SealedBackup[]> {
  const { rows } = await listRepository(config, lane);
  const finished = rows.filter(({ action, status }) => action.endsWith('backup') && status === 'finished');
  return finished.map((row) => ({ id: row['backup-id'] ?? '', job: row['job-id'] ?? '' }));
}
