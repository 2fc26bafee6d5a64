import { reserveBackupId } from '../../src/storage/backup-id';
import { listCatalogue } from '../../src/storage/catalogue';
import { findBackup } from '../../src/storage/find-backup';
import { writeRecord } from '../../src/storage/job-records';
import { repositoryKeys } from '../../src/storage/layout';
import { sealBackup } from '../../src/storage/seal';
import { sha256Of } from '../../src/storage/sha256-of';
import type { Storage } from '../../src/storage/storage';
import { codeOf, failureOf } from './failure-of';
import { jobRecord, manifestOf, putArtefacts } from './repository-samples';

const ids = {
  finished: '2026-11-20T01:00:00Z',
  second: '2026-11-20T01:00:00Z-2',
  failed: '2026-11-20T02:00:00Z',
  silent: '2026-11-20T03:00:00Z',
  tampered: '2026-11-20T04:00:00Z',
  running: '2026-11-20T05:00:00Z',
};

/** The list of backups and restores, and finding one, from the store alone. */
export function describeCatalogue(storage: () => Storage): void {
  const sealed = async (database: string, id: string) => {
    const manifest = manifestOf(database, id, { 'started-at': `${id.slice(0, 19)}.000Z` });
    await putArtefacts(storage(), manifest);
    await sealBackup(storage(), manifest);
  };

  describe('the catalogue', () => {
    const keys = repositoryKeys('list');
    beforeAll(async () => {
      for (const id of [ids.second, ids.finished, ids.tampered]) await sealed('list', id);
      const tampered = keys.backup(ids.tampered).manifest;
      await storage().put(tampered, `${await storage().get(tampered)} `);
      await storage().put(
        keys.backup(ids.finished).log,
        '2026-11-20T01:00:00.000Z pg_dump pg_dump: error: but all went well',
      );
      await storage().put(
        keys.backup(ids.failed).log,
        [
          '2026-11-20T02:00:00.000Z pg_dump pg_dump: error: query failed: ERROR:  disk on fire',
          '2026-11-20T02:00:01.000Z holdfast cleaning up',
          '',
        ].join('\n'),
      );
      await storage().put(keys.backup(ids.silent).log, '2026-11-20T03:00:00.000Z holdfast begun\n');
      await reserveBackupId(storage(), { database: 'list', jobId: 'running-job', at: new Date(ids.running) });
      await storage().put(`${keys.backups}not-a-backup/file`, 'x');
      const restored = { 'backup-id': ids.finished, method: 'logical' };
      await writeRecord(storage(), jobRecord('list', 'restore-1', { status: 'success', ...restored }));
      await writeRecord(storage(), jobRecord('list', 'restore-2', { status: 'error', message: 'load backup: no' }));
      await writeRecord(storage(), jobRecord('list', 'verify-1', { status: 'success', 'job-type': 'verify' }));
      await storage().put(keys.restoreLog('restore-1'), '2026-11-22T00:00:00.000Z pg_restore error: ignored\n');
      await storage().put(keys.restoreLog('restore-3'), 'pg_restore: error: it broke\n');
    });

    it('has a row for every backup and restore, ascending, with the status that the store shows', async () => {
      const rows = await listCatalogue(storage(), 'list');
      expect(rows.map((row) => [row['backup-id'], row.action, row.status])).toEqual([
        [ids.finished, 'full backup', 'finished'],
        [ids.second, 'full backup', 'finished'],
        [ids.failed, 'full backup', 'failed: pg_dump pg_dump: error: query failed: ERROR:  disk on fire'],
        [ids.silent, 'full backup', 'failed: see log'],
        [ids.tampered, 'full backup', 'failed: manifest.json is not the one that COMPLETE was written for'],
        [ids.running, 'full backup', 'in progress'],
        ...expectedRestores(rows.map((row) => row['job-id'])),
      ]);
      expect(rows.find((row) => row['backup-id'] === ids.running)?.['job-id']).toBe('running-job');
      expect(rows[0]).toMatchObject({
        'backup-path': `${storage().place}list/backups/${ids.finished}/`,
        'job-id': `backup-${ids.finished}`,
        'start-time': '2026-11-20T01:00:00.000Z',
        timeline: 1,
        method: 'logical',
        'stored-bytes': 1124,
      });
    });

    it('says in progress while a seal is on its way, which comes after the log, and failed when its job has ended', async () => {
      const id = await reserveBackupId(storage(), { database: 'sealing', jobId: 'job-1', at: new Date(ids.running) });
      const statusOf = async () => (await listCatalogue(storage(), 'sealing'))[0]?.status;
      const began = '2026-11-20T05:00:00.000Z pg_dump pg_dump: error: but it was tried again\n';
      await storage().put(
        repositoryKeys('sealing').backup(id).log,
        `${began}2026-11-20T05:01:00.000Z holdfast success\n`,
      );
      expect(await statusOf()).toBe('in progress');
      const ended = { 'job-type': 'backup', status: 'error', message: 'seal: the storage is away', 'backup-id': id };
      await writeRecord(storage(), jobRecord('sealing', 'job-1', ended));
      expect(await statusOf()).toBe('failed: seal: the storage is away');
      await storage().put(
        repositoryKeys('sealing').backup(id).log,
        `${began}2026-11-20T05:02:00.000Z holdfast ERROR: no\n`,
      );
      expect(await statusOf()).toBe('failed: holdfast ERROR: no');
    });

    it('looks past what strangers have put where backups, records and logs are', async () => {
      const folder = repositoryKeys('littered').folder;
      await reserveBackupId(storage(), { database: 'littered', jobId: 'job-1', at: new Date(ids.running) });
      const litter = [
        'jobs/a b.json',
        'jobs/..a.json',
        'jobs/note.txt',
        'restores/a b/logs/restore.log',
        'backups/x/y',
        'z',
      ];
      for (const name of litter) await storage().put(folder + name, '{"job-id":"../.."}');
      await storage().put(
        repositoryKeys('littered').backup(ids.running).reserved,
        '{"job-id":"../..","reserved-at":""}',
      );
      await storage().put(
        repositoryKeys('littered').backup(ids.running).log,
        '2026-11-20T05:01:00.000Z holdfast success\n',
      );
      const rows = await listCatalogue(storage(), 'littered');
      expect(rows.map((row) => [row.status, row['job-id']])).toEqual([['in progress', null]]);
    });

    it('is empty where nothing was ever stored', async () => {
      expect(await listCatalogue(storage(), 'nothing')).toEqual([]);
    });

    it('finds a finished backup by its id, and says of others why not', async () => {
      const found = await findBackup(storage(), 'list', ids.second);
      expect(found).toMatchObject({ backupId: ids.second, manifest: { 'backup-id': ids.second } });
      expect(await codeOf(findBackup(storage(), 'list', '2020-01-01T00:00:00Z'))).toBe('backup-unknown');
      expect(await codeOf(findBackup(storage(), 'list', ids.tampered))).toBe('manifest-unreadable');
      const failed = await failureOf(findBackup(storage(), 'list', ids.failed));
      expect(failed.code).toBe('backup-unfinished');
      expect(failed.message).toContain('it is failed: pg_dump pg_dump: error: query failed');
      expect((await failureOf(findBackup(storage(), 'list', ids.running))).message).toContain('it is in progress');
    });

    it('takes the latest finished one for the latest, and passes over what it cannot read only where asked to', async () => {
      const failed = await failureOf(findBackup(storage(), 'list', 'latest'));
      expect(failed.code).toBe('latest-unreadable');
      expect(failed.message).toContain(`"${ids.tampered}", cannot be read: manifest.json is not the one that COMPLETE`);
      expect(failed.hint).toContain('holdfast restore list --skip-unreadable');
      const found = await findBackup(storage(), 'list', 'latest', { skipUnreadable: true });
      expect(found.backupId).toBe(ids.second);
      const reason = 'manifest.json is not the one that COMPLETE was written for';
      expect(found.skipped).toEqual([{ backupId: ids.tampered, reason }]);
      expect(await codeOf(findBackup(storage(), 'nothing', 'latest'))).toBe('backup-none');
    });

    it.each([
      ['is no JSON', '{"half', /manifest.json: .*JSON/],
      ['lacks a key', '{"format-version":1}', /manifest.json: backup-id: /],
      ['is of another backup', JSON.stringify(manifestOf('bad', ids.second)), /is of backup "2026-11-20T01:00:00Z-2"/],
    ])('calls a sealed manifest unreadable that %s', async (_, text, reason) => {
      const { createHash } = await import('node:crypto');
      const { manifest, complete } = repositoryKeys('bad').backup(ids.finished);
      await storage().put(manifest, text);
      await storage().put(complete, createHash('sha256').update(text).digest('hex'));
      const failed = await failureOf(findBackup(storage(), 'bad', ids.finished));
      expect(failed.code).toBe('manifest-unreadable');
      expect(failed.message).toMatch(reason);
      expect(await codeOf(findBackup(storage(), 'bad', 'latest'))).toBe('latest-unreadable');
      const skipping = findBackup(storage(), 'bad', 'latest', { skipUnreadable: true });
      expect(await codeOf(skipping)).toBe('backup-none');
    });

    it('names a backup by a newer Holdfast as such, in a list too, and restores no older one in its place', async () => {
      await sealed('newer', ids.finished);
      const { manifest, complete } = repositoryKeys('newer').backup(ids.second);
      const made = {
        'format-version': 2,
        'holdfast-version': '7.1.0',
        'backup-id': ids.second,
        artefacts: 'elsewhere',
      };
      await storage().put(manifest, JSON.stringify(made));
      await storage().put(complete, sha256Of(JSON.stringify(made)));
      const newer = 'made by a newer Holdfast (7.1.0), in format 2; this one reads format 1';
      const failed = await failureOf(findBackup(storage(), 'newer', 'latest'));
      expect(failed).toMatchObject({ code: 'latest-unreadable', message: expect.stringContaining(newer) });
      const rows = await listCatalogue(storage(), 'newer');
      expect(rows.map(({ status }) => status)).toEqual(['finished', `unreadable: ${newer}`]);
      expect((await failureOf(findBackup(storage(), 'newer', ids.second))).message).toContain(newer);
    });

    it('asks for many backups at once, not for one after another', async () => {
      for (let hour = 10; hour < 24; hour++) await sealed('many', `2026-11-20T${hour}:00:00Z`);
      let [now, most] = [0, 0];
      const slow: Storage = {
        ...storage(),
        get: async (key) => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 20));
          return storage()
            .get(key)
            .finally(() => now--);
        },
      };
      expect(await listCatalogue(slow, 'many')).toHaveLength(14);
      expect(most).toBeGreaterThan(10);
      expect(most).toBeLessThanOrEqual(32);
    });
  });

  /** Restores sort by when they began; the one without a record by its log, which was written just now. */
  function expectedRestores(jobs: readonly (string | null)[]): unknown[][] {
    const rows: Record<string, unknown[]> = {
      'restore-1': [ids.finished, 'restore', 'finished'],
      'restore-2': [null, 'restore', 'failed: load backup: no'],
      'restore-3': [null, 'restore', 'failed: pg_restore: error: it broke'],
    };
    const order = jobs.filter((job) => job?.startsWith('restore-'));
    expect([...order].sort()).toEqual(Object.keys(rows));
    return order.map((job) => rows[job ?? ''] ?? []);
  }
}
