import type { Ended } from '../ended';
import type { Invariant } from './invariant';

/** The table's column "expected end". */
export const endedAsExpected: Invariant = {
  name: 'the job ended as it should',
  check: async (_field, ended) => {
    const { ending, or } = ended.expectation;
    const end = endOf(ended);
    const wanted = [...(typeof ending === 'string' ? [ending] : ending), ...(or ? [or] : [])];
    if (wanted.includes(end.kind)) return undefined;
    return `ended with ${end.kind}${end.message ? ` (${end.message})` : ''}, expected ${wanted.join(' or ')}`;
  },
};

function endOf({ status, outcome }: Ended): { readonly kind: string; readonly message?: string } {
  if (outcome.status === 'success') return { kind: 'success' };
  if (status === 'TERMINATED') return { kind: 'terminated' };
  const { code, message } = outcome.failure;
  return code === 'job-cancelled' ? { kind: 'cancelled' } : { kind: code, message };
}
