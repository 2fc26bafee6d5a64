import type { Manifest } from '../../src/model/manifest';
import { readReservation, releaseBackupId, reserveBackupId } from '../../src/storage/backup-id';
import { claimRepository, readClaim } from '../../src/storage/claim';
import { findBackup, listBackupIds } from '../../src/storage/find-backup';
import { readRecord, writeRecord } from '../../src/storage/job-records';
import { repositoryKeys } from '../../src/storage/layout';
import { probeStorage } from '../../src/storage/probe';
import { sealBackup } from '../../src/storage/seal';
import { readManifest } from '../../src/storage/sealed-manifest';
import { sha256Of } from '../../src/storage/sha256-of';
import type { Storage } from '../../src/storage/storage';
import { claimTimeline } from '../../src/storage/timelines';
import { sampleManifest } from '../model/sample-manifest';
import { codeOf, failureOf } from './failure-of';
import { jobRecord, manifestOf, putArtefacts } from './repository-samples';

const at = new Date('2026-11-21T04:31:00.250Z');

/** What a repository keeps on any storage. Each test has a database of its own. */
export function describeRepository(storage: () => Storage): void {
  const keysUnder = async (prefix: string) => {
    const keys: string[] = [];
    for await (const { key } of storage().list(prefix)) keys.push(key);
    return keys.sort();
  };

  describe('the probe', () => {
    it('writes, reads back, and leaves nothing', async () => {
      await probeStorage(storage(), { database: 'probe', unit: 'probe/0', jobId: 'job-1', version: '0.1.0', at });
      expect(await keysUnder('probe/')).toEqual([]);
    });

    it('refuses a storage that gives back something else', async () => {
      const lossy: Storage = { ...storage(), get: async () => Buffer.from('{}') };
      const probe = { database: 'probe', unit: 'probe/0', jobId: 'job-2', version: '0.1.0', at };
      const failed = await failureOf(probeStorage(lossy, probe));
      expect(failed.code).toBe('storage-refused');
      expect(failed.message).toMatch(/gave back 2 bytes that differ/);
      expect(await keysUnder('probe/')).toEqual([]);
    });
  });

  describe('the timelines of a cluster', () => {
    const system = '7000000000000000001';
    const claim = (database: string, jobId: string, beyond = 1) =>
      claimTimeline(storage(), { database, systemIdentifier: system, jobId, beyond, at: at.toISOString() });

    it('are given to one restore each, also where two ask at once', async () => {
      const given = await Promise.all([claim('timelines', 'job-1'), claim('timelines', 'job-2')]);
      expect(given.sort()).toEqual([2, 3]);
      expect(await claim('timelines', 'job-3')).toBe(4);
      expect(await claim('timelines', 'job-4', 9)).toBe(10);
    });

    it('go on beyond that of the latest backup, and look past what a stranger wrote', async () => {
      const manifest = manifestOf('timelined', '2026-11-21T04:31:00Z', { timeline: 7, 'system-identifier': system });
      await putArtefacts(storage(), manifest);
      await sealBackup(storage(), manifest);
      await storage().put(`timelined/timelines/${system}/4000000000.json`, '{}');
      await storage().put(`timelined/timelines/${system}/odd.json`, '{}');
      expect(await claim('timelined', 'job-1')).toBe(8);
    });
  });

  describe('the claim', () => {
    const claim = (database: string, systemIdentifier: string) =>
      claimRepository(storage(), { database, engine: 'postgresql', systemIdentifier, at });

    it('is made once and holds for the same cluster', async () => {
      expect(await readClaim(storage(), 'claim')).toBeUndefined();
      const first = await claim('claim', '7000000000000000001');
      expect(await claim('claim', '7000000000000000001')).toEqual(first);
      expect(await readClaim(storage(), 'claim')).toEqual(first);
      expect(await keysUnder('claim/')).toEqual(['claim/repository.json']);
    });

    it('refuses another cluster, naming both', async () => {
      await claim('foreign', '7000000000000000001');
      const failed = await failureOf(claim('foreign', '7000000000000000002'));
      expect(failed.code).toBe('repository-foreign');
      expect(failed.message).toContain('it has backups from another cluster');
      expect(failed.message).toContain('identifier 7000000000000000001, this one has 7000000000000000002');
    });

    it('is won by one of many that make it at once', async () => {
      const ids = Array.from({ length: 8 }, (_, index) => `70000000000000000${index}`);
      const ended = await Promise.allSettled(ids.map((id) => claim('race', id)));
      expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const won = ids[ended.findIndex(({ status }) => status === 'fulfilled')];
      expect((await readClaim(storage(), 'race'))?.['system-identifier']).toBe(won);
    });

    it('that cannot be read is not taken for none', async () => {
      await storage().put(repositoryKeys('garbled').claim, '{"half');
      expect(await codeOf(claim('garbled', '7000000000000000001'))).toBe('repository-unreadable');
    });
  });

  describe('backup ids', () => {
    it('of one second are never shared, and a job that asks again keeps its own', async () => {
      const reserve = (jobId: string) => reserveBackupId(storage(), { database: 'ids', jobId, at });
      const jobs = Array.from({ length: 6 }, (_, index) => `job-${index}`);
      const ids = await Promise.all(jobs.map(reserve));
      expect([...ids].sort()).toEqual([
        '2026-11-21T04:31:00Z',
        ...[2, 3, 4, 5, 6].map((nth) => `2026-11-21T04:31:00Z-${nth}`),
      ]);
      expect(await Promise.all(jobs.map(reserve))).toEqual(ids);
      expect((await readReservation(storage(), 'ids', ids[3] ?? ''))?.['job-id']).toBe('job-3');
    });

    it('that are sealed are not taken again, although the reservation is gone', async () => {
      const reserve = (jobId: string) => reserveBackupId(storage(), { database: 'sealed-ids', jobId, at });
      const manifest = manifestOf('sealed-ids', await reserve('job-1'));
      await putArtefacts(storage(), manifest);
      await sealBackup(storage(), manifest);
      expect(await reserve('job-2')).toBe('2026-11-21T04:31:00Z-2');
      const { folder } = repositoryKeys('sealed-ids').backup('2026-11-21T04:31:00Z');
      expect(await keysUnder(folder)).toEqual(
        ['COMPLETE', 'data/dump.pgdump.zst', 'data/globals.sql', 'manifest.json'].map((name) => folder + name),
      );
    });

    it('are given back where nothing was stored under them', async () => {
      const id = await reserveBackupId(storage(), { database: 'released', jobId: 'job-1', at });
      await releaseBackupId(storage(), 'released', id, 'job-2');
      expect(await listBackupIds(storage(), 'released')).toEqual([id]); // it is another job's
      await releaseBackupId(storage(), 'released', id, 'job-1');
      expect(await listBackupIds(storage(), 'released')).toEqual([]);
      const again = await reserveBackupId(storage(), { database: 'released', jobId: 'job-2', at });
      await storage().put(repositoryKeys('released').backup(again).log, 'a log');
      await releaseBackupId(storage(), 'released', again, 'job-2');
      expect(await readReservation(storage(), 'released', again)).toBeDefined();
    });
  });

  describe('the seal', () => {
    const prepared = async (database: string): Promise<Manifest> => {
      const manifest = manifestOf(database, '2026-11-21T04:31:00Z');
      await putArtefacts(storage(), manifest);
      return manifest;
    };

    it('is the hash of the manifest, and the same again does nothing', async () => {
      const manifest = await prepared('seal');
      const sha256 = await sealBackup(storage(), manifest);
      expect(await sealBackup(storage(), manifest)).toBe(sha256);
      const keys = repositoryKeys('seal').backup('2026-11-21T04:31:00Z');
      expect(sha256Of(await storage().get(keys.manifest))).toBe(sha256);
      expect((await storage().get(keys.complete)).toString()).toBe(`${sha256}\n`);
      expect(await readManifest(storage(), 'seal', manifest['backup-id'])).toEqual({ manifest, sha256 });
    });

    it('is not broken by another manifest', async () => {
      const manifest = await prepared('resealed');
      const sha256 = await sealBackup(storage(), manifest);
      expect(await codeOf(sealBackup(storage(), { ...manifest, unit: 'another/0' }))).toBe('backup-sealed');
      expect((await readManifest(storage(), 'resealed', manifest['backup-id'])).sha256).toBe(sha256);
    });

    it('is the same again for a job that repeats it after an upgrade in between', async () => {
      const manifest = await prepared('upgraded');
      const sha256 = await sealBackup(storage(), manifest);
      const later = { ...manifest, 'holdfast-version': '9.0.0', 'key-of-later': 'x', description: undefined };
      expect(await sealBackup(storage(), later)).toBe(sha256);
      expect((await readManifest(storage(), 'upgraded', manifest['backup-id'])).manifest).toEqual(manifest);
      const another = { ...later, artefacts: later.artefacts.map((each) => ({ ...each, sha256: '1'.repeat(64) })) };
      expect(await codeOf(sealBackup(storage(), another))).toBe('backup-sealed');
    });

    it('is never given to a manifest other than the one that it was written for', async () => {
      const manifest = await prepared('torn');
      await sealBackup(storage(), manifest);
      const { manifest: key } = repositoryKeys('torn').backup(manifest['backup-id']);
      await storage().delete([key]);
      expect(await codeOf(sealBackup(storage(), manifest))).toBe('manifest-unreadable');
    });

    it('replaces the manifest of an attempt that never sealed', async () => {
      const manifest = await prepared('attempt');
      await storage().put(repositoryKeys('attempt').backup(manifest['backup-id']).manifest, 'half of ano');
      await sealBackup(storage(), manifest);
      expect((await findBackup(storage(), 'attempt', 'latest')).manifest).toEqual(manifest);
    });

    it('is refused while an artefact is missing or of another length', async () => {
      const manifest = await prepared('incomplete');
      const key = repositoryKeys('incomplete').backup(manifest['backup-id']).artefact('data/globals.sql');
      await storage().put(key, 'too short');
      const short = await failureOf(sealBackup(storage(), manifest));
      expect(short.code).toBe('artefact-short');
      expect(short.message).toContain('"data/globals.sql": 9 bytes arrived of 100');
      await storage().delete([key]);
      expect(await codeOf(sealBackup(storage(), manifest))).toBe('object-missing');
      expect(await codeOf(findBackup(storage(), 'incomplete', 'latest'))).toBe('backup-none');
    });
  });

  describe('job records', () => {
    it('are written once: the first stays', async () => {
      const first = jobRecord('records', 'job-1', { status: 'success' });
      expect(await writeRecord(storage(), first)).toEqual(first);
      expect(await writeRecord(storage(), jobRecord('records', 'job-1', { status: 'error' }))).toEqual(first);
      expect(await readRecord(storage(), 'records', 'job-1')).toEqual(first);
      expect(await readRecord(storage(), 'records', 'job-2')).toBeUndefined();
    });

    it('that cannot be read are told from none', async () => {
      await storage().put(repositoryKeys('records').jobRecord('bad'), JSON.stringify({ 'job-id': 'bad' }));
      const failed = await failureOf(readRecord(storage(), 'records', 'bad'));
      expect(failed.code).toBe('record-unreadable');
      expect(failed.message).toContain('format-version');
    });
  });

  it('refuses names that must not become paths', () => {
    expect(() => repositoryKeys('../shop')).toThrow();
    expect(() => repositoryKeys('shop').backup('../2026-11-21T04:31:00Z')).toThrow();
    expect(() => repositoryKeys('shop').jobRecord('a/b')).toThrow();
    expect(sampleManifest['backup-id']).toBe('2026-11-21T04:31:00Z');
  });
}
