import { readdirSync, readFileSync } from 'node:fs';
import { ownerVariable, processStat } from '../../src/pipeline/owner-tag';

/** Live processes that a worker (by its process id) has started, by program; also when that worker is dead. */
export function childrenOf(worker: number, program: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    const stat = processStat(pid);
    return stat?.[1] === program && stat[2] !== 'Z' && environment(pid).includes(`${ownerVariable}=${worker}/`);
  });
}

function environment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
