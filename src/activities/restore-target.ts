import { resolve } from 'node:path';
import type { DatabaseConfig, UnitConfig } from '../config/database-schema';
import type { MethodCapabilities } from '../engines/engine';
import { failure } from '../model/errors';
import type { RestoreRequest } from '../model/job-request';
import type { RestorePlan, RestoreTarget } from '../model/plan';
import { invalidRequest } from './read-request';

/** A server would cut a longer name off, and so restore into another one than was asked for. */
const longestName = 63;

/** Where a restore goes. What is live now is never the target of `into`: in place is asked for by leaving it out. */
export function targetOf(
  { database, into, replace }: RestoreRequest,
  swap: MethodCapabilities['swap'],
  settings: DatabaseConfig,
  unit: UnitConfig,
): RestoreTarget {
  if (into === undefined) return inPlace(swap, unit);
  if (replace) throw invalidRequest('restore', ['replace: with "into" nothing is replaced, so give one of them']);
  if (swap === 'stop') return { kind: 'beside', name: folderOf(into, unit, database) };
  if (into.includes('/')) throw invalidRequest('restore', [`into: "${into}" must be a database name for this backup`]);
  const bytes = Buffer.byteLength(into);
  if (bytes > longestName) {
    const start = `${into.slice(0, 20)}…`;
    throw invalidRequest('restore', [
      `into: "${start}" has ${bytes} bytes: a database name has at most ${longestName}`,
    ]);
  }
  if (into === (settings.database ?? database)) throw failure('target-exists', { target: into, database });
  return { kind: 'beside', name: into };
}

function inPlace(swap: MethodCapabilities['swap'], unit: UnitConfig): RestoreTarget {
  if (swap === 'stop' && unit.service.kind === 'none') {
    throw failure('service-missing', { action: 'restore', unit: unit.name });
  }
  return { kind: 'in-place' };
}

/** A path, or a name beside the live data directory. */
function folderOf(into: string, unit: UnitConfig, database: string): string {
  const live = unit['data-directory'];
  if (!into.startsWith('/')) {
    if (/^[^/]+$/.test(into) && into !== '.' && into !== '..') return into;
    throw invalidRequest('restore', [`into: "${into}" must be a name or an absolute path: this backup is a directory`]);
  }
  const folder = resolve(into);
  const within = live !== undefined && `${folder}/`.startsWith(`${resolve(live)}/`);
  if (within) throw failure('target-exists', { target: folder, database });
  return folder;
}

/** Whether the old data is set aside first: where that is asked for, or where what is in the backup works under its own name alone. */
export function wayOf(
  { into, 'aside-first': asked, 'on-error': onError }: RestoreRequest,
  swap: MethodCapabilities['swap'],
  bound: readonly string[],
): Pick<RestorePlan, 'way'> {
  if (onError === 'continue' && swap === 'stop') {
    throw invalidRequest('restore', ['on-error: a directory is loaded as a whole or not at all, so leave it out']);
  }
  if (asked && into !== undefined) {
    throw invalidRequest('restore', ['aside-first: with "into" nothing is set aside, so give one of them']);
  }
  if (asked && swap === 'stop') {
    throw invalidRequest('restore', ['aside-first: a directory is loaded under any name, so leave it out']);
  }
  const needed = into === undefined && swap === 'fence' && bound.length > 0;
  return (asked ?? needed) ? { way: 'aside-first' } : {};
}

/** What will happen, one line each, for people. `bound`: what works under the database's own name alone. */
export function summaryOf(plan: Omit<RestorePlan, 'summary'>, bound: readonly string[] = []): readonly string[] {
  const going =
    'what does not load is left out and told with what mends it; then the restore ends as partial (exit code 9)';
  const differing = 'what differs from the manifest is listed, and does not bring the old data back';
  return [
    ...(plan.way === 'aside-first' ? stepsAsideFirst(plan, bound) : steps(plan)),
    ...(plan.onError === 'continue' ? [going] : []),
    ...(plan.acceptDifferences ? [differing] : []),
  ];
}

function steps(plan: Omit<RestorePlan, 'summary'>): readonly string[] {
  const { target, sizes, swap, keepPrevious, database } = plan;
  const fetch = `fetch ${sizeText(sizes.stored)} from ${plan.place.storage}, verify every byte, load ${sizeText(sizes.data)} of data`;
  if (target.kind === 'beside') {
    return [`${fetch} into "${target.name}"`, `"${database}" stays as it is and in service`];
  }
  const down = swap === 'stop' ? 'stop the database' : 'end its connections and block new ones';
  const beside = `${fetch} beside "${database}", which stays in service meanwhile`;
  const kept = keepPrevious > 0 ? `kept for ${durationText(keepPrevious)}, then dropped` : 'dropped at once';
  return [
    beside,
    ...(swap === 'stop' ? ['recover it onto a timeline of its own, so that archiving can go on'] : []),
    `${down} and swap by rename: seconds, whatever the size`,
    plan.acceptDifferences
      ? 'check its health and compare it with the manifest'
      : 'check its health and compare it with the manifest: if it differs, the old data comes back',
    `the data of now is set aside, and when the new has proved good ${kept}`,
  ];
}

function stepsAsideFirst(plan: Omit<RestorePlan, 'summary'>, bound: readonly string[]): readonly string[] {
  const { sizes, keepPrevious, database } = plan;
  const why = bound.length > 0 ? `, since ${bound.join(' and ')} works under its own name alone` : ', as asked for';
  const kept = keepPrevious > 0 ? `kept for ${durationText(keepPrevious)}, then dropped` : 'dropped at once';
  return [
    `fetch ${sizeText(sizes.stored)} from ${plan.place.storage} into the spool and verify every byte, while "${database}" stays in service`,
    `end its connections, block new ones, and SET IT ASIDE FIRST${why}`,
    `load ${sizeText(sizes.data)} of data under its name: OUT OF SERVICE as long as that takes`,
    'check its health and compare it with the manifest: if anything fails, the old data comes back',
    `the data of now is set aside, and when the new has proved good ${kept}`,
  ];
}

function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes > 0 ? Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1) : 0;
  return `${(bytes / 2 ** (10 * power)).toFixed(power > 0 ? 1 : 0)} ${units[power]}`;
}

function durationText(ms: number): string {
  const hours = ms / 3_600_000;
  return hours >= 1 ? `${Number(hours.toFixed(1))} h` : `${Math.round(ms / 60_000)} min`;
}
