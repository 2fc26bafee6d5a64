import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diagnose } from '../../../src/client/doctor/diagnose';
import type { Finding } from '../../../src/client/doctor/finding';
import { failedOutcome } from '../../../src/client/job-outcome';
import { exitCodes } from '../../../src/model/errors';
import { waitUntil } from '../../servers/wait-until';
import type { Fault, Parked, Spot } from '../fault';
import type { Field } from '../field';
import { hopelessService, stubbornService } from '../parts/service-ground';
import { refusal } from '../parts/stubborn-service';
import { untilEnded } from '../parts/until-ended';
import { isBeforeWorkOf } from '../spots';

/** The database is down then, and this job is to start it; the middle of a start is a program of pg_ctl, which this service is not. */
const beforeStart = (spot: Spot) =>
  ['stopDatabase', 'runDump', 'swapDatabase', 'startDatabase'].includes(spot.step) &&
  isBeforeWorkOf(spot, 'startDatabase') &&
  !(spot.step === 'stopDatabase' && spot.moment === 'middle');

export const startFailsThrice: Fault = {
  name: 'start-fails-thrice',
  title: 'start of the database fails three times, then works',
  ground: stubbornService,
  strikesAt: (spot) => ['cold', 'restore-cold'].includes(spot.scenario) && beforeStart(spot),
  strike: async (field, parked) => {
    for (const { lane } of parked) field.laid(stubbornService).serviceOf(lane).refuse(3);
  },
  expect: () => ({ ending: 'success' }),
  also: async (field, { lane }) => {
    const starts = field.laid(stubbornService).serviceOf(lane).starts();
    return starts >= 4 ? [] : [`the start was asked for ${starts} times, expected 4 at least`];
  },
  tidy: async (lane, field) => field.laid(stubbornService).serviceOf(lane).refuse(0),
};

const seen = new Map<string, string[]>();

export const startNeverWorks: Fault = {
  name: 'start-never-works',
  title: 'start of the database never works',
  ground: hopelessService,
  strikesAt: (spot) => spot.scenario === 'cold' && beforeStart(spot),
  strike: async (field, parked) => {
    for (const { lane } of parked) field.laid(hopelessService).serviceOf(lane).refuse(1_000_000);
  },
  /** While it is down: what a person is told, and by whom. Then the cause is gone, and the watchdog has its way. */
  heal: async (field, parked) => {
    await untilEnded(field, parked);
    const findings = await diagnose(field.config, '0.0.0');
    for (const each of parked) seen.set(each.jobId, [...(await untold(field, each)), ...unnamed(findings, each)]);
    for (const { lane } of parked) field.laid(hopelessService).serviceOf(lane).refuse(0);
    await Promise.all(
      parked.map(({ lane }) => waitUntil('watchdog', 'done', watchdogPause, () => lane.postgres.isRunning())),
    );
  },
  expect: () => ({ ending: ['database-left-stopped'] }),
  also: async (_, { jobId }) => seen.get(jobId) ?? ['nobody looked while it was down'],
  tidy: async (lane, field) => field.laid(hopelessService).serviceOf(lane).refuse(0),
};

/** The longest pause of the watchdog between two tries, and a round. */
const watchdogPause = 75_000;

function unnamed(findings: readonly Finding[], { lane, jobId }: Parked): string[] {
  const told = findings.find(({ subject }) => subject === `ledger of ${lane.name}/0`);
  const named = told?.level === 'wrong' && told.message.includes(jobId) && told.message.includes('bring database');
  return named ? [] : [`the doctor says "${told?.level}: ${told?.message}"`];
}

/** The failure's exit code, and that log and service say why. */
async function untold({ client }: Field, { jobId, lane }: Parked): Promise<string[]> {
  const job = { jobId, type: 'backup', database: lane.name };
  const outcome = await client.workflow
    .getHandle(jobId)
    .result()
    .then(
      () => undefined,
      (error: unknown) => failedOutcome(job, error),
    );
  const exit = outcome?.status === 'error' ? outcome.failure.exit : 0;
  const [id] = (await readdir(join(lane.repositoryFolder, 'backups'))).sort().slice(-1);
  const log = await readFile(join(lane.repositoryFolder, 'backups', id ?? '', 'logs', 'backup.log'), 'utf8').catch(
    String,
  );
  return [
    ...(exit === exitCodes.needsPerson ? [] : [`exit code ${exit}, expected ${exitCodes.needsPerson}`]),
    ...['database-left-stopped', refusal]
      .filter((word) => !log.includes(word))
      .map((word) => `no "${word}" in the log`),
  ];
}
