import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepOrphans } from '../../src/activities/sweep-orphans';
import { reserveBackupId } from '../../src/storage/backup-id';
import { listCatalogue } from '../../src/storage/catalogue';
import { claimRepository } from '../../src/storage/claim';
import { createDirectoryStorage } from '../../src/storage/directory/create-directory-storage';
import { findBackup } from '../../src/storage/find-backup';
import { readRecord, writeRecord } from '../../src/storage/job-records';
import { repositoryKeys } from '../../src/storage/layout';
import { sealBackup } from '../../src/storage/seal';
import type { Storage } from '../../src/storage/storage';
import { codeOf, failureOf } from './failure-of';
import { jobRecord, manifestOf, putArtefacts } from './repository-samples';

const damages = [
  ['empty', ''],
  ['truncated', '{"format-version": 1, "job-'],
  ["a stranger's", '{"name": "Mallory", "job-id": 7}'],
  ['of another kind', '[]'],
  ['no text', '\u0000\u0001\ufffd'],
] as const;
const future = ['of the future', '{"format-version": 2, "holdfast-version": "9.1.0"}'] as const;

let folder: string;
let storage: Storage;
let nth = 0;
let database: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-damaged-store-'));
  storage = createDirectoryStorage({ name: 'near', config: { kind: 'directory', path: folder } });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = new Date('2026-11-21T04:31:00Z');
const id = '2026-11-21T04:31:00Z';
const keys = () => repositoryKeys(database);
const textOf = async (key: string) => (await storage.get(key)).toString();

/** A sealed backup that nothing is wrong with, a second before. */
beforeEach(async () => {
  database = `shop-${nth++}`;
  const manifest = manifestOf(database, '2026-11-21T04:30:59Z');
  await putArtefacts(storage, manifest);
  await sealBackup(storage, manifest);
});

describe.each([...damages, future])('a repository.json that is %s', (_, text) => {
  test('refuses backups, is never written over, and hinders neither lists nor restores', async () => {
    await storage.put(keys().claim, text);
    const claimant = { database, engine: 'postgresql', systemIdentifier: '1', at };
    const failed = await failureOf(claimRepository(storage, claimant));
    expect(failed).toMatchObject({ code: 'repository-unreadable', exit: 3 });
    expect(failed.hint).toContain('holdfast list');
    expect(await textOf(keys().claim)).toBe(text);
    expect(await listCatalogue(storage, database)).toHaveLength(1);
    expect((await findBackup(storage, database, 'latest')).backupId).toBe('2026-11-21T04:30:59Z');
  });
});

describe.each([...damages, future])('a RESERVED that is %s', (_, text) => {
  test('keeps its id from others, is listed in progress, and no upload under it is ended', async () => {
    const { reserved, folder: own } = keys().backup(id);
    await storage.put(reserved, text);
    expect(await reserveBackupId(storage, { database, jobId: 'job-1', at })).toBe(`${id}-2`);
    const row = (await listCatalogue(storage, database)).find((each) => each['backup-id'] === id);
    expect(row).toMatchObject({ status: 'in progress', 'job-id': null });
    const upload = await storage.upload(`${own}data/base.tar`);
    const later = new Date(Date.now() + 9 * 86_400_000);
    await sweepOrphans(storage, database, async () => ({ state: 'unknown' }), later);
    await upload.complete(0);
    expect(await textOf(reserved)).toBe(text);
  });
});

describe.each([...damages, future])('a COMPLETE that is %s', (_, text) => {
  test('makes no backup, and is never written over', async () => {
    const manifest = manifestOf(database, id);
    await putArtefacts(storage, manifest);
    await sealBackup(storage, manifest);
    await storage.put(keys().backup(id).complete, text);
    const row = (await listCatalogue(storage, database)).find((each) => each['backup-id'] === id);
    expect(row?.status).toBe('failed: manifest.json is not the one that COMPLETE was written for');
    expect(await codeOf(findBackup(storage, database, id))).toBe('manifest-unreadable');
    expect(await codeOf(sealBackup(storage, manifest))).toBe('manifest-unreadable');
    expect(await textOf(keys().backup(id).complete)).toBe(text);
  });
});

describe.each([...damages, future])('a record of a job that is %s', (_, text) => {
  test('is told as such, kept, and hinders no list', async () => {
    const key = keys().jobRecord('job-1');
    await storage.put(key, text);
    const failed = await failureOf(readRecord(storage, database, 'job-1'));
    expect(failed).toMatchObject({ code: 'record-unreadable', exit: 3 });
    expect(failed.hint).toContain('holdfast show job-1');
    const record = jobRecord(database, 'job-1', { status: 'success' });
    expect(await codeOf(writeRecord(storage, record))).toBe('record-unreadable');
    expect(await textOf(key)).toBe(text);
    expect(await listCatalogue(storage, database)).toHaveLength(1);
  });
});

test('what a newer Holdfast wrote is named as that, and nothing of a text that cannot be read is repeated', async () => {
  await storage.put(keys().claim, future[1]);
  await storage.put(keys().jobRecord('job-1'), '4111-1111-1111-1111');
  const claimant = { database, engine: 'postgresql', systemIdentifier: '1', at };
  expect((await failureOf(claimRepository(storage, claimant))).message).toContain('made by a newer Holdfast (9.1.0)');
  const unread = await failureOf(readRecord(storage, database, 'job-1'));
  expect(unread.message).not.toContain('4111');
});
