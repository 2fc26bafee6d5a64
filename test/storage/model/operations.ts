import { sweepOrphans } from '../../../src/activities/sweep-orphans';
import { dropUnsealedData } from '../../../src/activities/unsealed-data';
import type { LookAtRun } from '../../../src/agent/run-sight';
import type { JobRecord } from '../../../src/model/job-record';
import type { Manifest } from '../../../src/model/manifest';
import { releaseBackupId, reserveBackupId } from '../../../src/storage/backup-id';
import { claimRepository } from '../../../src/storage/claim';
import { writeRecord } from '../../../src/storage/job-records';
import { repositoryKeys } from '../../../src/storage/layout';
import { sealBackup } from '../../../src/storage/seal';
import { sha256Of } from '../../../src/storage/sha256-of';
import type { Storage } from '../../../src/storage/storage';

/** What jobs do to a repository; each may be replaced by one that lacks a guard, to prove that the checks find it. */
export interface Operations {
  reserve(storage: Storage, request: { database: string; jobId: string; at: Date }): Promise<string>;
  release(storage: Storage, database: string, backupId: string): Promise<void>;
  claim(storage: Storage, database: string, systemIdentifier: string, at: Date): Promise<string>;
  sweep(storage: Storage, database: string, lookAt: LookAtRun, at: Date): Promise<void>;
  drop(storage: Storage, plan: { database: string; backupId: string }): Promise<void>;
  seal(storage: Storage, manifest: Manifest): Promise<unknown>;
  record(storage: Storage, record: JobRecord): Promise<JobRecord>;
}

export const real: Operations = {
  reserve: reserveBackupId,
  release: releaseBackupId,
  claim: async (storage, database, systemIdentifier, at) =>
    (await claimRepository(storage, { database, engine: 'postgresql', systemIdentifier, at }))['system-identifier'],
  sweep: sweepOrphans,
  drop: dropUnsealedData,
  seal: sealBackup,
  record: writeRecord,
};

const keysOf = (manifest: Manifest) => repositoryKeys(manifest.database).backup(manifest['backup-id']);

/** Bugs, each by a name that says which guard is gone. */
export const planted: Readonly<Record<string, Partial<Operations>>> = {
  'a seal that does not look whether the data is there': {
    seal: async (storage, manifest) => {
      const text = JSON.stringify(manifest);
      await storage.put(keysOf(manifest).manifest, text);
      await storage.create(keysOf(manifest).complete, `${sha256Of(text)}\n`);
    },
  },
  'a seal before its manifest': {
    seal: async (storage, manifest) => {
      const text = JSON.stringify(manifest);
      await storage.create(keysOf(manifest).complete, `${sha256Of(text)}\n`);
      await storage.put(keysOf(manifest).manifest, text);
    },
  },
  'a clean-up of all backups instead of its own': {
    drop: async (storage, { database }) => {
      const keys: string[] = [];
      for await (const { key } of storage.list(repositoryKeys(database).backups)) keys.push(key);
      await storage.delete(keys);
    },
  },
  'a clean-up that does not look for a seal': {
    drop: async (storage, { database, backupId }) => {
      const keys: string[] = [];
      const { folder } = repositoryKeys(database).backup(backupId);
      for await (const { key } of storage.list(`${folder}data/`)) keys.push(key);
      await storage.delete(keys);
    },
  },
  'a clean-up that leaves uploads open': {
    drop: async (storage, plan) => real.drop({ ...storage, sweep: async () => [] }, plan),
  },
  'ids that are taken without asking': {
    reserve: async (storage, request) =>
      real.reserve({ ...storage, create: async (key, content) => storage.put(key, content).then(() => true) }, request),
  },
  'ids that are given back with data under them': {
    release: async (storage, database, backupId) =>
      storage.delete([repositoryKeys(database).backup(backupId).reserved]),
    drop: async () => {},
  },
  'a sweep by age alone': {
    sweep: async (storage, database, _, at) => {
      await storage.sweep(repositoryKeys(database).backups, new Date(at.getTime() - 2 * 86_400_000));
    },
  },
  'records that are written over': {
    record: async (storage, record) => {
      await storage.put(repositoryKeys(record.database).jobRecord(record['job-id']), JSON.stringify(record));
      return record;
    },
  },
  'a claim that is written over': {
    claim: async (storage, database, systemIdentifier, at) =>
      real.claim(
        {
          ...storage,
          head: async () => undefined,
          get: async () => missing(),
          create: async (key, content) => storage.put(key, content).then(() => true),
        },
        database,
        systemIdentifier,
        at,
      ),
  },
};

function missing(): never {
  throw Object.assign(new Error('missing'), { code: 'object-missing' });
}
