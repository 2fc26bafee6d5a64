import { claimState } from '../../src/agent/only-agent';
import { tellAndStay } from './tell-and-stay';

/** `claim-state.ts FOLDER`: says `ready`, waits for the end of its input, claims the folder, says how that ended, and stays until it is killed. */
async function main([folder = '']: readonly string[]): Promise<void> {
  process.stdout.write('ready\n');
  for await (const _ of process.stdin);
  await tellAndStay(claimState('db1', folder));
}

void main(process.argv.slice(2));
