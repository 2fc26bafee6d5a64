import { workflowInfo } from '@temporalio/workflow';
import type { Holder, HoldMode, HoldRequest, MutexState, Waiter } from '../model/hold';
import { nameShape } from '../model/name-shape';
import { isPlausible } from '../model/plausible-token';
import { mutexId } from '../model/task-queues';
import { propertyOf, textIn } from '../model/unknown-value';
import { fail } from './failures';
import { parties } from './lock-queue';
import { readHoldRequest } from './read-message';

/** From so many parties on a state is carried along packed. */
const crowd = 200;

/** Most bytes of a state, whose parties are counted as they are packed: a history takes two million at once. */
const mostBytes = 1_400_000;
const rowBytes = 60;

/** In milliseconds since 1970; of later ones there is no date. */
const latestMoment = 8.64e15;

/** One party: workflow id, run id, job id if it is another, mode, place of its purpose among the purposes, since, and for a holder its token. */
type Row = readonly [string, string, string, HoldMode, number, number, number, 'token' | ''];

/** A third as long as it is otherwise. It has no `holders`, so that a version which does not know it fails instead of forgetting them. */
export interface PackedState {
  readonly lock: string;
  readonly lastToken: number;
  readonly purposes: readonly string[];
  readonly holding: readonly Row[];
  readonly waiting: readonly Row[];
}

export function packState(state: MutexState): MutexState | PackedState {
  const { lock, lastToken, holders, waiters } = state;
  if (holders.length + waiters.length < crowd) return state;
  const purposes = [...new Set(parties(state).map(({ purpose }) => purpose))];
  const places = new Map(purposes.map((purpose, place) => [purpose, place]));
  const rowOf = (one: Waiter & { readonly token?: number }): Row => {
    const jobId = one.jobId === one.workflowId ? '' : one.jobId;
    const place = places.get(one.purpose) ?? 0;
    const { workflowId, runId, mode, since, token = 0, shows = '' } = one;
    return [workflowId, runId, jobId, mode, place, Date.parse(since), token, shows];
  };
  return { lock, lastToken, purposes, holding: holders.map(rowOf), waiting: waiters.map(rowOf) };
}

/** Whether one more would make a state longer than can be carried along. */
export function isCrowded(state: MutexState): boolean {
  if (state.holders.length + state.waiters.length < crowd) return false;
  const sizeOf = ({ workflowId, runId, jobId, purpose }: HoldRequest) =>
    workflowId.length + runId.length + jobId.length + purpose.length + rowBytes;
  return parties(state).reduce((sum, one) => sum + sizeOf(one), 0) > mostBytes;
}

/**
 * What a mutex starts with, from whoever started it. Throws `request-invalid` where it is not for this workflow's lock; what of it makes no sense is left
 * out, and a token that no mutex can have given counts as none.
 */
export function readMutexState(start: unknown): { readonly state: MutexState; readonly strange: boolean } {
  const lock = textIn(start, 'lock') ?? '';
  if (!nameShape.test(lock) || workflowInfo().workflowId !== mutexId(lock)) {
    const problems = `lock: "${lock.slice(0, 63)}" is not that of workflow "${workflowInfo().workflowId.slice(0, 200)}"`;
    throw fail('request-invalid', { problems, command: 'lock' });
  }
  const packed = propertyOf(start, 'holding') !== undefined;
  const holding = listIn(start, packed ? 'holding' : 'holders');
  const waiting = listIn(start, packed ? 'waiting' : 'waiters');
  const purposes = listIn(start, 'purposes');
  const read = (one: unknown) => readParty(packed ? unpack(one, purposes) : one);
  const holders = holding.flatMap((one) => readHolder(packed ? unpack(one, purposes) : one));
  const waiters = waiting.flatMap(read);
  const told = propertyOf(start, 'lastToken');
  const lastToken = isPlausible(told, Date.now()) ? told : 0;
  const strange = lastToken !== told || holders.length + waiters.length < holding.length + waiting.length;
  return { state: { lock, holders, waiters, lastToken }, strange };
}

function readParty(one: unknown): Waiter[] {
  const asked = readHoldRequest(one);
  const since = textIn(one, 'since', 40) ?? '';
  return asked === undefined || Number.isNaN(Date.parse(since)) ? [] : [{ ...asked, since }];
}

function readHolder(one: unknown): Holder[] {
  const token = propertyOf(one, 'token');
  if (typeof token !== 'number' || !Number.isSafeInteger(token)) return [];
  return readParty(one).map((party) => ({ ...party, token }));
}

function unpack(row: unknown, purposes: readonly unknown[]): unknown {
  if (!Array.isArray(row)) return undefined;
  const [workflowId, runId, jobId, mode, place, since, token, shows] = row as unknown as Row;
  const moment = Math.abs(since) <= latestMoment ? new Date(since).toISOString() : '';
  const purpose = purposes[place];
  return {
    workflowId,
    runId,
    jobId: jobId || workflowId,
    mode,
    purpose,
    since: moment,
    token,
    shows: shows || undefined,
  };
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = propertyOf(value, name);
  return Array.isArray(list) ? list : [];
}
