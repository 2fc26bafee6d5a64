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
import type { Scene } from './demo/scene';
import { printSummary } from './demo/summary';
import type { Machine } from './stack/machine';

const usage = `usage: npm run demo [-- --keep]
  --keep  leave everything running at the end to look around; Ctrl-C ends it`;

/** Rejects where anything fails or differs. */
async function tellStory(scene: Scene): Promise<void> {
  const orders = await backUpOnline(scene);
  const original = await backUpAtRest(scene);
  const cold = await backUpCold(scene);
  await survivesAccident(scene, original);
  await showsOneMoment(scene, orders);
  await survivesDisaster(scene, original, cold);
  printSummary(scene);
}

/** Tells it, or why it cannot be told; resolves to the exit code. */
async function tell(narrator: Narrator, starting: Promise<Machine>, keep: boolean): Promise<number> {
  let scene: Scene | undefined;
  let code = 0;
  try {
    scene = await openShop(narrator, starting);
    await tellStory(scene);
  } catch (error) {
    await printFailure(narrator, error, { machine: await starting.catch(() => undefined), keep });
    code = 1;
  }
  if (scene && keep) await inviteToLookAround(scene);
  if (!keep) narrator.block('\nnpm run demo -- --keep leaves all of it running, to look around');
  return code;
}

/** Resolves to the exit code when everything has been stopped and removed. */
async function run(keep: boolean): Promise<number> {
  const narrator = new Narrator(process.stdout);
  const interruption = new Interruption();
  const starting = startServers();
  const told = tell(narrator, starting, keep);
  const code = await Promise.race([told, interruption.coming.then(() => interruptedCode)]);
  if (keep && code !== interruptedCode) await interruption.wait();
  narrator.mute(); // what was interrupted goes on and fails
  await cleanUp(new Narrator(process.stdout, narrator.started), starting, code === 0);
  return code;
}

function cleanUp(narrator: Narrator, starting: Promise<Machine>, good: boolean): Promise<void> {
  narrator.block('');
  return narrator.step(
    'stopping and removing everything',
    async () => (await starting.catch(() => undefined))?.close(), // a failed start has cleaned up after itself
    () => `everything is stopped and removed${good ? '; all that was restored is equal' : ''}`,
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
