import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { runFree } from '../../scripts/faults/batch';
import { buildHoldfast } from '../../scripts/faults/build';
import type { Ended } from '../../scripts/faults/ended';
import { type OpenField, openField } from '../../scripts/faults/field/open-field';
import { invariants } from '../../scripts/faults/invariants/all';
import { backupVerifies } from '../../scripts/faults/invariants/backup-verifies';
import { patience } from '../../scripts/faults/invariants/invariant';
import { openReplayer } from '../../scripts/faults/replayer';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import * as broken from './broken-things';

jest.setTimeout(120_000);

let folder: TemporaryFolder;
let field: OpenField;
let ended: Ended;

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
  folder = await temporaryFolder('holdfast-invariants');
  const build = await buildHoldfast(join(folder.path, 'build'));
  field = await openField({ build, lanes: { cold: 1 } });
  ended = await runFree(field);
});
afterAll(async () => {
  await field?.close();
  await folder?.remove();
});

/** Names of the invariants that do not hold. Reading a backup back takes longest, and is done where it says something. */
async function verdicts(of: Ended = ended, verify: 'verify too' | 'but verify' = 'but verify'): Promise<string[]> {
  const some = invariants.filter((invariant) => verify === 'verify too' || invariant !== backupVerifies);
  const told = await Promise.all(
    some.map(async ({ name, check }) => ((await check(field, of).catch(String)) === undefined ? [] : [name])),
  );
  return told.flat();
}

test('after a good backup every invariant holds', async () => {
  expect(await verdicts(ended, 'verify too')).toEqual([]);
  expect([...(await field.replayer.replayAll([ended])).values()]).toEqual([]);
});

test('histories replay in several replayers though these come and go at once', async () => {
  const replays = [1, 2, 3].map(async () => {
    const replayer = openReplayer(field.build);
    const first = await replayer.replayAll([ended]);
    const more = await replayer.replayAll([ended, { ...ended, jobId: 'other' }]);
    await replayer.close();
    return [...first.values(), ...more.values()];
  });
  expect((await Promise.all(replays)).flat()).toEqual([]);
});

test('a history that cannot be read is told to who asked, and the next one replays', async () => {
  const unreadable = { ...ended, history: {} };
  await expect(field.replayer.replayAll([unreadable])).rejects.toThrow();
  expect([...(await field.replayer.replayAll([ended])).values()]).toEqual([]);
});

describe('what is broken is told, and by its own invariant alone', () => {
  beforeAll(() => {
    patience.soon = 400;
  });

  test.each<[string, broken.Break, string]>([
    ['a child process that stayed', broken.childLeft, 'no child process'],
    ['a hold that nobody gave back', broken.holdLeft, 'no hold, no waiter, no ledger entry'],
    ['an entry in the ledger', broken.ledgerEntryLeft, 'no hold, no waiter, no ledger entry'],
    ['a folder in the spool', broken.spoolLeft, 'the spool is empty'],
    ['an upload in progress', broken.uploadLeft, 'no multipart upload in progress'],
    ['a seal that is lost', broken.sealLost, 'the catalogue lists exactly the sealed backups'],
    ['a seal without a manifest', broken.manifestLost, 'the catalogue lists exactly the sealed backups'],
    ['a log that is lost', broken.logLost, 'the log is on the store'],
    ['a record that is lost', broken.recordLost, "the job's record says what happened"],
    ['a record that says otherwise', broken.recordWrong, "the job's record says what happened"],
  ])('%s', async (_, breakIt, name) => {
    const putBack = await breakIt(field, ended);
    expect(await verdicts()).toEqual([name]);
    await putBack();
  });

  test('a byte that rotted', async () => {
    const putBack = await broken.artefactRotten(field, ended);
    expect(await verdicts(ended, 'verify too')).toEqual(['each sealed backup verifies']);
    await putBack();
  });

  test('a job that ended otherwise', async () => {
    expect(await verdicts({ ...ended, expectation: { ending: 'cancelled' } })).toEqual(['the job ended as it should']);
  });

  test('a history that other workflows made', async () => {
    const history = structuredClone(ended.history);
    for (const { activityTaskScheduledEventAttributes: scheduled } of history.events ?? [])
      if (scheduled?.activityType?.name === 'checkStorage') scheduled.activityType.name = 'probeStorage';
    expect([...(await field.replayer.replayAll([{ ...ended, history }])).values()].join()).toContain('does not replay');
  });

  test('a database that does not run', async () => {
    const putBack = await broken.serverStopped(field, ended);
    expect((await verdicts())[0]).toBe('the database is up and takes writes');
    await putBack();
    expect(await verdicts()).toEqual([]);
  });

  test('content that is neither the old nor the new', async () => {
    await broken.contentDamaged(field, ended);
    expect(await verdicts()).toEqual(['the content is the old or the new, never a mix']);
  });
});
