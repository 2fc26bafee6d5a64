import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanningDependencies } from '../../src/activities/plan-parts';
import { openStorages } from '../../src/activities/storages';
import { parseConfig } from '../../src/config/load';
import { engines } from '../../src/engines/registry';
import type { JobRecord } from '../../src/model/job-record';
import type { Manifest } from '../../src/model/manifest';
import { repositoryKeys } from '../../src/storage/layout';
import { sealBackup } from '../../src/storage/seal';
import { sha256Of } from '../../src/storage/sha256-of';
import type { Storage } from '../../src/storage/storage';

/** A configuration over directories, and what planning works from. */
export interface PlanningScene {
  readonly dependencies: PlanningDependencies;
  readonly storage: Storage;
  readonly place: string;
  remove(): Promise<void>;
}

const yaml = (folder: string) => `
agents: { db1: { state: ${folder}/agent }, db2: { state: ${folder}/agent2 } }
storages:
  near: { kind: directory, path: ${folder}/near }
  far: { kind: directory, path: ${folder}/far }
databases:
  shop:
    engine: postgresql
    storage: near
    lock: cluster-1
    units:
      - { name: shop/0, agent: db1, data-directory: ${folder}/data, service: { kind: pg_ctl } }
      - { name: shop/1, agent: db2, port: 5433, data-directory: ${folder}/data2, service: { kind: pg_ctl } }
    backup: { max-downtime: 5m, timeout: 3h }
    hooks: { run-before-backup: "#!/bin/sh\\ntrue\\n" }
  wiki: { engine: postgresql, storage: near, units: [{ name: wiki/0, agent: db1, data-directory: ${folder}/wiki }] }
`;

export async function planningScene(): Promise<PlanningScene> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-planning-'));
  const config = parseConfig(yaml(folder), 'holdfast.yaml');
  const storages = openStorages(config);
  const storage = await storages('near');
  await storage.prepare();
  return {
    dependencies: { config, engines, storages },
    storage,
    place: storage.place,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A finished backup of "shop" with one artefact. */
export async function sealedBackup(
  storage: Storage,
  backupId: string,
  changes: Partial<Manifest> = {},
): Promise<Manifest> {
  const content = 'the dump';
  const compression = changes.artefacts?.[0]?.compression ?? 'zstd';
  const artefact = {
    path: 'data/dump.pgdump.zst',
    bytes: 100,
    'stored-bytes': content.length,
    sha256: sha256Of(content),
    compression,
    encryption: 'none' as const,
    role: 'dump',
  };
  const manifest: Manifest = {
    'format-version': 1,
    'backup-id': backupId,
    'job-id': `job-of-${backupId.slice(0, 4)}`,
    type: 'full',
    'reference-backup-id': null,
    database: 'shop',
    unit: 'shop/1',
    engine: 'postgresql',
    'server-version': '15.20',
    'tool-versions': {},
    'system-identifier': '7000',
    method: 'logical',
    mode: 'online',
    transfer: 'streamed',
    'started-at': '2026-01-01T00:00:00.000Z',
    'finished-at': '2026-01-01T00:00:10.000Z',
    'downtime-ms': 0,
    timeline: null,
    'lsn-start': null,
    'lsn-stop': null,
    facts: { 'data-bytes': 5_000_000 },
    origin: 'manual',
    annotations: {},
    'holdfast-version': '0.1.0',
    ...changes,
    artefacts: [artefact],
  };
  await storage.put(repositoryKeys('shop').backup(backupId).artefact(artefact.path), content);
  await sealBackup(storage, manifest);
  return manifest;
}

/** The record that a job of ours leaves. */
export function jobRecord(jobId: string, changes: Partial<JobRecord> = {}): JobRecord {
  const times = { 'started-at': '2026-01-01T00:00:00.000Z', 'finished-at': '2026-01-01T00:00:10.000Z' };
  return {
    'format-version': 1,
    'job-id': jobId,
    'run-id': 'an-earlier-run',
    'job-type': 'backup',
    database: 'shop',
    request: { 'job-id': jobId, 'job-type': 'backup', database: 'shop' },
    result: {
      'job-id': jobId,
      'job-type': 'backup',
      status: 'success',
      'storage-interface': 'directory',
      'storage-config': {},
      database: 'shop',
      ...times,
    },
    steps: [],
    ...changes,
  };
}
