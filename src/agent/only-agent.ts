import { join } from 'node:path';
import { z } from 'zod';
import { failure } from '../model/errors';
import { startTimeOf } from '../pipeline/owner-tag';
import { readIfThere, writeDurably } from './durable-file';

const Owner = z.object({ pid: z.number(), start: z.string() });

/**
 * Makes this process the one that keeps the books in a state folder. Rejects with `agent-running` while another one that did so is alive; the note
 * of a dead one means nothing.
 */
export async function claimState(agent: string, state: string): Promise<void> {
  const path = join(state, 'agent.json');
  const owner = parse(await readIfThere(path));
  const other = owner !== undefined && owner.pid !== process.pid && startTimeOf(owner.pid) === owner.start;
  if (other) throw failure('agent-running', { agent, pid: owner.pid });
  await writeDurably(path, JSON.stringify({ pid: process.pid, start: startTimeOf(process.pid) ?? '0' }));
}

function parse(text: string | undefined): z.infer<typeof Owner> | undefined {
  try {
    return text === undefined ? undefined : Owner.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
