import { readdir } from 'node:fs/promises';
import { type Invariant, soon } from './invariant';

export const spoolEmpty: Invariant = {
  name: 'the spool is empty',
  check: ({ spool }, { jobId }) =>
    soon(async () => {
      const names = await readdir(spool).catch(() => []);
      const left = names.filter((name) => name.includes(jobId));
      return left.length === 0 ? undefined : `the spool has ${left.join(', ')}`;
    }),
};
