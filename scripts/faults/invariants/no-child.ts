import { readdir, readFile } from 'node:fs/promises';
import { ownerVariable } from '../../../src/pipeline/owner-tag';
import type { Verdict } from '../ended';
import type { OpenField } from '../field/open-field';
import { type Invariant, soon } from './invariant';

/** Of any life of the agent, when no job runs in the field any more. */
export const noChild: Invariant = {
  name: 'no child process',
  check: (field) => soon(() => lookOnce(field)),
};

/** Looks that go on: what all jobs of a batch ask is asked once. */
const looks = new WeakMap<OpenField, Promise<Verdict>>();

function lookOnce(field: OpenField): Promise<Verdict> {
  const going = looks.get(field) ?? children(field).finally(() => looks.delete(field));
  looks.set(field, going);
  return going;
}

async function children({ agent }: OpenField): Promise<Verdict> {
  const owners = agent.lives.map((pid) => `${ownerVariable}=${pid}/`);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (!owners.some((owner) => environment.includes(owner))) return [];
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return [`${pid} ${command.replaceAll('\0', ' ').slice(0, 120)}`];
    }),
  );
  const left = found.flat();
  return left.length === 0 ? undefined : `still running: ${left.join('; ')}`;
}
