import { link, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { failure, HoldfastError } from '../model/errors';
import { allEnded } from '../pipeline/all-ended';
import { tryLock } from '../pipeline/file-lock';
import { startTimeOf } from '../pipeline/owner-tag';
import { ensurePrivateFolder, readIfThere, writeDurably } from './durable-file';

/** `host` tells those apart that run in different containers on one folder. */
const Owner = z.object({ pid: z.number(), start: z.string(), host: z.string().optional() });
type Owner = z.infer<typeof Owner>;

/** `agent-<number>.json`: of those that are there the highest number counts, and no number is given twice while a later one is there. */
const claimName = /^agent-(\d+)\.json$/;

const lockName = 'agent.lock';
/** Whoever was quicker to lock the folder says who it is a moment later. */
const ownerPatience = 1_000;

/**
 * Makes this process the one that keeps the books in a state folder, by a lock on a file in it, which holds between containers too. Rejects with
 * `agent-running` while another one has it, with `state-unlockable` where there are no locks. Of several that start at the same instant exactly one
 * succeeds. The note in the folder says who; of an earlier version, which knew no lock, it counts for as long as that process lives.
 */
export async function claimState(agent: string, state: string): Promise<void> {
  await ensurePrivateFolder(state);
  if (lockFolder(agent, state) === undefined) throw await running(agent, state);
  const me: Owner = { pid: process.pid, start: startTimeOf(process.pid) ?? '0', host: hostname() };
  const note = join(state, `claiming-${me.pid}-${me.start}`);
  await writeDurably(note, JSON.stringify(me));
  try {
    while (!(await claimOnce(agent, state, me, note)));
  } finally {
    await rm(note, { force: true });
  }
}

/** Held until this process is dead. */
function lockFolder(agent: string, folder: string): ReturnType<typeof tryLock> {
  try {
    return tryLock(join(folder, lockName));
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw failure('state-unlockable', { agent, folder, reason }, error);
  }
}

/** Who has the folder, by its own note: the note of one that is dead is of the life before. */
async function running(agent: string, state: string): Promise<Error> {
  const giveUpAt = performance.now() + ownerPatience;
  while (true) {
    const owner = parse(await readIfThere(pathOf(state, Math.max(0, ...(await claimsIn(state))))));
    const here = owner !== undefined && startTimeOf(owner.pid) === owner.start;
    if (here) return failure('agent-running', { agent, pid: owner.pid, where: 'on this host' });
    if (performance.now() > giveUpAt) {
      const where =
        owner?.host === undefined ? 'in another container' : `in the container or on the host "${owner.host}"`;
      return failure('agent-running', { agent, pid: owner?.pid ?? '(unknown)', where });
    }
    await sleep(20);
  }
}

/** False where somebody else was quicker: then that one has to be looked at. */
async function claimOnce(agent: string, state: string, me: Owner, note: string): Promise<boolean> {
  const last = Math.max(0, ...(await claimsIn(state)));
  const owner = parse(await readIfThere(pathOf(state, last)));
  if (owner !== undefined && isSame(owner, me)) return true;
  if (owner !== undefined && startTimeOf(owner.pid) === owner.start)
    throw failure('agent-running', { agent, pid: owner.pid, where: 'on this host' });
  const next = pathOf(state, last + 1);
  // The whole note appears under its name at once, and only where that name is free.
  const taken = await link(note, next).then(() => true, ignoreExisting);
  if (!taken) return false;
  const claims = await claimsIn(state);
  if (claims.some((claim) => claim > last + 1)) {
    await rm(next, { force: true }); // others have come and gone since we looked
    return false;
  }
  await allEnded(claims.filter((claim) => claim <= last).map((claim) => rm(pathOf(state, claim), { force: true })));
  return true;
}

async function claimsIn(state: string): Promise<readonly number[]> {
  const names = await readdir(state);
  return names.flatMap((name) => Number(claimName.exec(name)?.[1] ?? []));
}

function pathOf(state: string, claim: number): string {
  return join(state, `agent-${claim}.json`);
}

function isSame(one: Owner, other: Owner): boolean {
  return one.pid === other.pid && one.start === other.start;
}

function ignoreExisting(error: NodeJS.ErrnoException): false {
  if (error.code === 'EEXIST') return false;
  throw error;
}

function parse(text: string | undefined): Owner | undefined {
  try {
    return text === undefined ? undefined : Owner.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
