import { existsSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { startJob } from '../../src/client/start-job';
import { isRestore } from './ended';
import type { Parked } from './fault';
import { isCold } from './field/field-lane';
import type { OpenField } from './field/open-field';
import { type Gate, gateFiles } from './gates/gate-files';
import { middleOf } from './gates/middles';

/** Puts a gate in the job's way and starts the job. */
export async function sendOff(field: OpenField, { cell, lane, jobId }: Parked, silent = false): Promise<void> {
  const { step, moment, scenario } = cell;
  const gate: Gate = {
    step,
    moment,
    lane: lane.name,
    silent,
    ...(isCold(scenario) ? { port: lane.postgres.port } : {}),
    ...(moment === 'middle' ? { deed: middleOf(scenario, step) } : {}),
  };
  const { armed } = gateFiles(field.gates, jobId);
  await writeFile(armed, JSON.stringify(gate));
  await chmod(armed, 0o666);
  const restoring = isRestore({ cell });
  const request = { database: lane.name, 'job-id': jobId, ...(restoring ? { 'backup-id': lane.backupId } : {}) };
  await startJob(field.client, restoring ? 'restore' : 'backup', request);
}

/** Resolves to whether the job came to its gate; false where it ended before. */
export async function isParked(field: OpenField, { jobId }: Parked, patience: number): Promise<boolean> {
  const { reached } = gateFiles(field.gates, jobId);
  const deadline = Date.now() + patience;
  for (let looks = 1; !existsSync(reached); looks++) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (looks % 40 === 0 && !(await isOpen(field, jobId))) return existsSync(reached);
  }
  return true;
}

async function isOpen({ client }: OpenField, jobId: string): Promise<boolean> {
  return (await client.workflow.getHandle(jobId).describe()).status.name === 'RUNNING';
}

/** Opens the gate for whoever waits there, and for whoever comes. */
export async function letGo({ gates }: OpenField, { jobId }: Parked): Promise<void> {
  const { armed, go } = gateFiles(gates, jobId);
  await writeFile(go, '');
  await rm(armed, { force: true });
}
