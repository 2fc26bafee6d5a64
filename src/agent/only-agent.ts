import { link, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { failure } from '../model/errors';
import { allEnded } from '../pipeline/all-ended';
import { startTimeOf } from '../pipeline/owner-tag';
import { readIfThere, writeDurably } from './durable-file';

const Owner = z.object({ pid: z.number(), start: z.string() });
type Owner = z.infer<typeof Owner>;

/** `agent-<number>.json`: of those that are there the highest number counts, and no number is given twice while a later one is there. */
const claimName = /^agent-(\d+)\.json$/;

/**
 * Makes this process the one that keeps the books in a state folder. Rejects with `agent-running` while another one that did so is alive; the note
 * of a dead one means nothing. Of several that start at the same instant exactly one succeeds.
 */
export async function claimState(agent: string, state: string): Promise<void> {
  const me: Owner = { pid: process.pid, start: startTimeOf(process.pid) ?? '0' };
  const note = join(state, `claiming-${me.pid}-${me.start}`);
  await writeDurably(note, JSON.stringify(me));
  try {
    while (!(await claimOnce(agent, state, me, note)));
  } finally {
    await rm(note, { force: true });
  }
}

/** False where somebody else was quicker: then that one has to be looked at. */
async function claimOnce(agent: string, state: string, me: Owner, note: string): Promise<boolean> {
  const last = Math.max(0, ...(await claimsIn(state)));
  const owner = parse(await readIfThere(pathOf(state, last)));
  if (owner !== undefined && isSame(owner, me)) return true;
  if (owner !== undefined && startTimeOf(owner.pid) === owner.start)
    throw failure('agent-running', { agent, pid: owner.pid });
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
