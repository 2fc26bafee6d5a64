import { claimState } from '../../src/agent/only-agent';

/** `claim-state.ts FOLDER`: says `ready`, waits for the end of its input, claims the folder, says how that ended, and stays until it is killed. */
async function main([folder = '']: readonly string[]): Promise<void> {
  process.stdout.write('ready\n');
  for await (const _ of process.stdin);
  const said = await claimState('db1', folder).then(
    () => 'mine',
    (error: Error) => error.message,
  );
  process.stdout.write(`${said}\n`);
  setInterval(() => undefined, 60_000);
}

void main(process.argv.slice(2));
