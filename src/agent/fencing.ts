import { z } from 'zod';
import type { Hold } from '../model/hold';

/** The highest tokens that a host has obeyed for one lock. */
export const SeenTokens = z.object({
  exclusive: z.number().describe('of an exclusive hold'),
  any: z.number().describe('of a hold of either mode'),
});
export type SeenTokens = z.infer<typeof SeenTokens>;

export const noTokens: SeenTokens = { exclusive: 0, any: 0 };

export type Verdict = { readonly admitted: SeenTokens } | { readonly refusedBy: number };

/**
 * Whether a hold may still act: not after a later exclusive one was seen here, and for an exclusive one not after any later one. A downgraded hold
 * keeps its token and shows itself as shared, so that younger shared holds do not shut it out.
 */
export function judgeHold(seen: SeenTokens, { mode, token }: Pick<Hold, 'mode' | 'token'>): Verdict {
  const bar = mode === 'exclusive' ? seen.any : seen.exclusive;
  if (token < bar) return { refusedBy: bar };
  const exclusive = mode === 'exclusive' ? token : seen.exclusive;
  return { admitted: { exclusive, any: Math.max(seen.any, token) } };
}
