/**
 * A shop is backed up in every way, ruined twice, restored and compared. All of it is real: PostgreSQL, an S3 server and Temporal, started here on
 * free ports, with their data in one temporary folder that is removed at the end.
 */
import { parseArgs } from 'node:util';
import { survivesAccident } from './demo/accident';
import { backUpAtRest } from './demo/back-up-at-rest';
import { backUpCold } from './demo/back-up-cold';
import { backUpOnline } from './demo/back-up-online';
import { survivesDisaster } from './demo/disaster';
import { Interruption, interruptedCode } from './demo/interruption';
import { printFailure } from './demo/last-words';
import { inviteToLookAround } from './demo/look-around';
import { showsOneMoment } from './demo/moment';
import { Narrator } from './demo/narrator';
import { openShop, startServers } from './demo/open-shop';
import { printSummary } from './demo/summary';
import type { Machine } from './stack/machine';

const usage = `usage: npm run demo [-- --keep]
  --keep  leave everything running at the end to look around; Ctrl-C ends it`;

interface Telling {
  readonly narrator: Narrator;
  readonly keep: boolean;
  readonly starting: Promise<Machine>;
}

async function tellStory({ narrator, keep, starting }: Telling): Promise<void> {
  const scene = await openShop(narrator, starting);
  const orders = await backUpOnline(scene);
  const original = await backUpAtRest(scene);
  const cold = await backUpCold(scene);
  await survivesAccident(scene, original);
  await showsOneMoment(scene, orders);
  await survivesDisaster(scene, original, cold);
  printSummary(scene);
  if (keep) await inviteToLookAround(scene);
  else narrator.block('\nnpm run demo -- --keep leaves all of it running, to look around');
}

/** Resolves to the exit code when everything has been stopped and removed. */
async function run(keep: boolean): Promise<number> {
  const narrator = new Narrator(process.stdout);
  const interruption = new Interruption();
  const starting = startServers();
  const started = starting.catch(() => undefined); // a failed start has cleaned up after itself
  const story = tellStory({ narrator, keep, starting }).then(
    () => 0,
    async (error: unknown) => {
      await printFailure(narrator, error, { machine: await started, keep });
      return 1;
    },
  );
  const code = await Promise.race([story, interruption.coming.then(() => interruptedCode)]);
  if (keep && code !== interruptedCode) await interruption.coming;
  narrator.mute(); // what was interrupted goes on and fails
  await cleanUp(new Narrator(process.stdout, narrator.started), started, code === 0);
  return code;
}

function cleanUp(narrator: Narrator, started: Promise<Machine | undefined>, good: boolean): Promise<void> {
  narrator.block('');
  return narrator.step(
    'stopping and removing everything',
    async () => (await started)?.close(),
    () => `everything is stopped and removed${good ? '; all that was restored was equal to what was backed up' : ''}`,
  );
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false }, help: { type: 'boolean' } } });
  if (!values.help) return run(values.keep);
  console.log(usage);
  return 0;
}

main().then(
  (code) => process.exit(code), // whatever an interrupted step still waits for
  (error: unknown) => {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(2);
  },
);
