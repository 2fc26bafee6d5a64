import { z } from 'zod';
import { failure } from '../model/errors';
import { type BoundedView, HoldMode } from '../model/hold';

/** Without what other versions may add, so that scripts see what is documented. */
const party = z.object({
  workflowId: z.string(),
  runId: z.string(),
  jobId: z.string(),
  mode: HoldMode,
  purpose: z.string(),
  since: z.string(),
});

const Answer = z.object({
  lock: z.string(),
  holders: z.array(party.extend({ token: z.number() })),
  waiters: z.array(party),
  lastToken: z.number(),
  more: z.object({ holders: z.number(), waiters: z.number() }).optional(),
});

/** What runs under a mutex's id may be something else that answers. Throws `lock-unreadable`. */
export function readView(lock: string, answer: unknown): BoundedView {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) throw failure('lock-unreadable', { lock, reason: 'what has its id is no mutex of Holdfast' });
  const { holders, waiters, lastToken, more } = parsed.data;
  return { lock, holders, waiters, lastToken, ...(more && { more }) };
}
