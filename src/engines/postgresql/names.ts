import { createHash } from 'node:crypto';
import type { JobPlan } from '../../model/plan';
import type { EngineContext } from '../engine';

/** The server cuts longer names off. */
const longestName = 63;

/** Name of the protected database in the server. */
export function databaseName(context: EngineContext): string {
  return context.config.database ?? context.name;
}

/** The database to be connected to while the protected one is made, renamed or dropped; never that one itself. */
export function maintenanceName(context: EngineContext): string {
  const configured = context.config['maintenance-database'];
  return configured === databaseName(context) ? 'template1' : configured;
}

/** Eight hex digits that stand for a job in names which it must be able to find again. */
export function shortJob(jobId: string): string {
  return createHash('sha256').update(jobId).digest('hex').slice(0, 8);
}

/** Name of the database that a restore loads into, until it takes its place. */
export function newName(context: EngineContext, plan: JobPlan): string {
  return withSuffix(databaseName(context), `_hf_new_${shortJob(plan.jobId)}`);
}

/** Name under which a restore sets the old database aside: when, and by which job. */
export function previousName(context: EngineContext, plan: JobPlan): string {
  const when = plan.plannedAt.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_');
  return withSuffix(databaseName(context), `_before_${when}_${shortJob(plan.jobId)}`);
}

/** Cuts `base` between characters, so that the whole stays within what the server keeps, counted in bytes. */
export function withSuffix(base: string, suffix: string): string {
  const room = longestName - Buffer.byteLength(suffix);
  const kept = [...base];
  while (Buffer.byteLength(kept.join('')) > room) kept.pop();
  return kept.join('') + suffix;
}
