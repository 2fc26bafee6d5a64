import { parseArgs } from 'node:util';
import { formatTable } from '../src/cli/screen/table';
import { measureHandOvers, type Speed } from './bench-mutex/hand-overs';
import { Ring } from './bench-mutex/ring';

const usage = `usage: npm run bench:mutex -- [--hand-overs 300] [--locks 100]
Measures how fast restore mutexes hand exclusive holds on: one lock with ten jobs that want it, and many locks at once with two each. The jobs do
nothing while they hold. Temporal's development server, the only worker and the jobs share this machine.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'hand-overs': { type: 'string', default: '300' },
      locks: { type: 'string', default: '100' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(usage);
  const [wanted, many] = [Number(values['hand-overs']), Number(values.locks)];
  const ring = await Ring.open();
  try {
    await measureHandOvers(ring, { locks: 1, parties: 2, rounds: 5 }); // the first ones find everything cold
    const one = await measureHandOvers(ring, { locks: 1, parties: 10, rounds: Math.ceil(wanted / 10) });
    const all = await measureHandOvers(ring, {
      locks: many,
      parties: 2,
      rounds: Math.max(2, Math.ceil(wanted / many)),
    });
    console.log(
      formatTable(['locks', 'jobs', 'hand-overs', 'per second', 'median', 'slowest of 100'], [one, all].map(row)),
    );
  } finally {
    await ring.close();
  }
}

function row({ locks, parties, handOvers, seconds, gaps }: Speed): string[] {
  const at = (part: number) => `${gaps[Math.min(Math.floor(gaps.length * part), gaps.length - 1)]} ms`;
  return [locks, locks * parties, handOvers, (handOvers / seconds).toFixed(1), at(0.5), at(0.99)].map(String);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
