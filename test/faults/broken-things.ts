import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AbortMultipartUploadCommand, CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import type { Ended } from '../../scripts/faults/ended';
import { damage } from '../../scripts/faults/field/content';
import { bucket, prefix } from '../../scripts/faults/field/field-config';
import type { OpenField } from '../../scripts/faults/field/open-field';
import { flipByte, largestArtefact } from '../../scripts/faults/parts/flip-byte';
import { controlQueue, mutexId } from '../../src/model/task-queues';

/** Breaks what an invariant is about; what it resolves to puts that back. */
export type Break = (field: OpenField, ended: Ended) => Promise<() => Promise<unknown>>;

export const serverStopped: Break = async (_, { lane }) => {
  await lane.postgres.stop();
  return () => lane.postgres.start();
};

export const contentDamaged: Break = async (_, { lane }) => {
  await damage(lane.postgres.client(lane.database));
  return async () => undefined; // nothing after it looks at the content
};

export const childLeft: Break = async ({ agent }) => {
  const env = { HOLDFAST_OWNER: `${agent.pid}/1`, PATH: process.env['PATH'] ?? '' };
  const child: ChildProcess = spawn('sleep', ['60'], { env });
  await new Promise((resolve) => child.once('spawn', resolve));
  return async () => child.kill();
};

export const holdLeft: Break = async ({ client }, { lane, jobId }) => {
  const request = { workflowId: jobId, runId: 'gone', jobId, mode: 'shared', purpose: 'test' };
  const mutex = await client.workflow.signalWithStart('restoreMutex', {
    workflowId: mutexId(lane.name),
    taskQueue: controlQueue,
    args: [{ lock: lane.name, holders: [], waiters: [], lastToken: 0 }],
    signal: 'request',
    signalArgs: [request],
  });
  return () => mutex.terminate();
};

export const ledgerEntryLeft: Break = async ({ state }, { lane, jobId }) => {
  const file = join(state, lane.name, 'stopped.json');
  const before = await readFile(file, 'utf8').catch(() => undefined);
  await writeFile(file, JSON.stringify({ 'format-version': 1, entries: [{ jobId }] }));
  return () => (before === undefined ? rm(file) : writeFile(file, before));
};

export const spoolLeft: Break = async ({ spool }, { jobId }) => {
  const folder = join(spool, jobId);
  await mkdir(folder, { recursive: true });
  return () => rm(folder, { recursive: true });
};

export const uploadLeft: Break = async ({ store }, { lane }) => {
  const address = { Bucket: bucket, Key: `${prefix}/${lane.name}/backups/x` };
  const { UploadId } = await store.send(new CreateMultipartUploadCommand(address));
  return () => store.send(new AbortMultipartUploadCommand({ ...address, UploadId }));
};

async function ownBackup({ lane }: Ended): Promise<string> {
  const [id = ''] = (await readdir(join(lane.repositoryFolder, 'backups'))).sort().slice(-1);
  return join(lane.repositoryFolder, 'backups', id);
}

async function taken(file: string): Promise<() => Promise<unknown>> {
  await rename(file, `${file}.taken`);
  return () => rename(`${file}.taken`, file);
}

export const sealLost: Break = async (_, ended) => taken(join(await ownBackup(ended), 'COMPLETE'));
export const manifestLost: Break = async (_, ended) => taken(join(await ownBackup(ended), 'manifest.json'));
export const logLost: Break = async (_, ended) => taken(join(await ownBackup(ended), 'logs', 'backup.log'));
export const recordLost: Break = async (_, { lane, jobId }) =>
  taken(join(lane.repositoryFolder, 'jobs', `${jobId}.json`));

export const artefactRotten: Break = async (_, ended) => {
  const id = (await ownBackup(ended)).split('/').at(-1) ?? '';
  const file = await largestArtefact(ended.lane.repositoryFolder, id);
  await flipByte(file);
  return () => flipByte(file);
};

export const recordWrong: Break = async (_, { lane, jobId }) => {
  const file = join(lane.repositoryFolder, 'jobs', `${jobId}.json`);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('"status": "success"', '"status": "error"'));
  return () => writeFile(file, text);
};
