import { z } from 'zod';
import { BackupId, JobId, Name } from '../model/ids';

/** Keys of one backup; the same words as in docs/design.md. */
export interface BackupKeys {
  /** Ends in `/`. */
  readonly folder: string;
  readonly manifest: string;
  /** Holds the sha256 of the manifest, written last: no COMPLETE, no backup. */
  readonly complete: string;
  /** Says which job took the id; there from the reservation to the seal. */
  readonly reserved: string;
  /** What a restore is compared with, from the dump to the seal; then it is in the manifest. */
  readonly facts: string;
  readonly log: string;
  /** The key of an artefact by its path in the manifest (`data/dump.pgdump.zst`). */
  artefact(path: string): string;
}

/** Keys of one database's repository. Pure; throws a ZodError for names that must not become paths. */
export interface RepositoryKeys {
  /** Ends in `/`, as all folders here. */
  readonly folder: string;
  readonly claim: string;
  readonly backups: string;
  readonly restores: string;
  readonly jobs: string;
  /** A probe of one job: written, read back and deleted. */
  probe(jobId: string): string;
  backup(backupId: string): BackupKeys;
  restoreLog(jobId: string): string;
  verifyLog(jobId: string): string;
  jobRecord(jobId: string): string;
  /** Timelines of a cluster that restores were given, one object each. */
  timelines(systemIdentifier: string): string;
}

const SystemIdentifier = z.string().regex(/^\d{1,20}$/);

export function repositoryKeys(database: string): RepositoryKeys {
  const folder = `${Name.parse(database)}/`;
  return {
    folder,
    claim: `${folder}repository.json`,
    backups: `${folder}backups/`,
    restores: `${folder}restores/`,
    jobs: `${folder}jobs/`,
    probe: (jobId) => `${folder}probes/${JobId.parse(jobId)}.json`,
    backup: (backupId) => backupKeys(`${folder}backups/${BackupId.parse(backupId)}/`),
    restoreLog: (jobId) => `${folder}restores/${JobId.parse(jobId)}/logs/restore.log`,
    verifyLog: (jobId) => `${folder}verifications/${JobId.parse(jobId)}/logs/verify.log`,
    jobRecord: (jobId) => `${folder}jobs/${JobId.parse(jobId)}.json`,
    timelines: (systemIdentifier) => `${folder}timelines/${SystemIdentifier.parse(systemIdentifier)}/`,
  };
}

function backupKeys(folder: string): BackupKeys {
  return {
    folder,
    manifest: `${folder}manifest.json`,
    complete: `${folder}COMPLETE`,
    reserved: `${folder}RESERVED`,
    facts: `${folder}facts.json`,
    log: `${folder}logs/backup.log`,
    artefact: (path) => `${folder}${path}`,
  };
}
