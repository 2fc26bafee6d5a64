import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listRepository } from '../../../src/client/backups';
import { type Artefact, Manifest } from '../../../src/model/manifest';
import type { Field, Lane } from '../field';

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

/** As the files of the store have it. */
export interface SealedFiles extends SealedBackup {
  readonly artefacts: readonly Artefact[];
}

/** What has its seal, by the files that the store keeps: a backup that people count on. It asks nothing of any server. A seal without a manifest is of the job `none`. */
export async function withSeal({ repositoryFolder }: Pick<Lane, 'repositoryFolder'>): Promise<readonly SealedFiles[]> {
  const backups = join(repositoryFolder, 'backups');
  const names = await readdir(backups).catch(() => []);
  const sealed = names.filter((id) => existsSync(join(backups, id, 'COMPLETE')));
  return Promise.all(
    sealed.map(async (id) => {
      const text = await readFile(join(backups, id, 'manifest.json'), 'utf8').catch(() => undefined);
      if (text === undefined) return { id, job: 'none', artefacts: [] };
      const { 'job-id': job, artefacts } = Manifest.parse(JSON.parse(text));
      return { id, job, artefacts };
    }),
  );
}
