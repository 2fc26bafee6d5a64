import type { OpenUnit } from '../agent/open-unit';
import type { UnitRequest } from '../agent/with-unit';
import { failure, HoldfastError } from '../model/errors';
import { backupIdAt } from '../model/ids';
import { allEnded } from '../pipeline/all-ended';
import { describeStorage, limitedRemedy, type StorageDescription } from '../storage/describe-storage';
import { probeStorage } from '../storage/probe';
import type { AgentDependencies } from './agent-dependencies';
import { findDatabase } from './configured';
import type { AgentActivities, Diagnosis } from './contract';
import { boundMissing } from './missing-parts';
import { draftBackup } from './plan-backup';
import type { Step, StepWork } from './step';
import { packageVersion } from './version';

type Input = Parameters<AgentActivities['diagnose']>[0];

const shortPatience = 20_000;

/** Everything that a backup with the configured defaults would look at, each finding with its remedy; never rejects for what it finds. */
export function diagnose(dependencies: AgentDependencies): Step<Input, readonly Diagnosis[]> {
  return async (input, work) => {
    const { storage } = findDatabase(dependencies.config, input.database);
    const jobId = `doctor-${work.job.runId}`;
    const request = {
      database: input.database,
      unit: input.unit,
      job: { ...work.job, jobId },
      jobType: 'doctor',
      signal: work.signal,
    };
    const around = await allEnded([
      finding(`ledger of ${input.unit}`, () => lookAtLedger(dependencies, input)),
      storageFinding(`storage ${storage}`, () => lookAtStorage(dependencies, input, jobId)),
      finding(`spool of agent ${dependencies.agentName}`, () => lookAtSpool(dependencies)),
    ]);
    return [...(await lookAtUnit(dependencies, input, request, work)), ...around];
  };
}

/** What keeps the unit from being opened at all (a password that cannot be read) is one finding. */
async function lookAtUnit(
  dependencies: AgentDependencies,
  input: Input,
  request: UnitRequest,
  work: StepWork,
): Promise<readonly Diagnosis[]> {
  let found: readonly Diagnosis[] = [];
  const opening = await finding(`unit ${input.unit}`, () =>
    dependencies.withUnit(request, async (unit) => {
      found = [
        await finding(`service of ${input.unit}`, () => lookAtService(unit, work)),
        await finding(`database ${input.database}`, () => lookAtDatabase(dependencies, input, unit)),
      ];
      return 'opened';
    }),
  );
  return found.length > 0 ? found : [opening];
}

async function lookAtSpool({ spool }: AgentDependencies): Promise<string> {
  return `${spool.folder} has ${((await spool.freeBytes()) / 2 ** 30).toFixed(1)} GiB free`;
}

/** What a storage cannot do is no fault of its settings: it can be used as it is. */
async function storageFinding(subject: string, look: () => Promise<StorageDescription>): Promise<Diagnosis> {
  let limits: Pick<Diagnosis, 'limited' | 'remedy'> = {};
  const found = await finding(subject, async () => {
    const { message, shortcomings } = await look();
    if (shortcomings.length > 0) limits = { limited: true, remedy: limitedRemedy };
    return [message, ...shortcomings].join('; ');
  });
  return { ...found, ...limits };
}

async function finding(subject: string, look: () => Promise<string>): Promise<Diagnosis> {
  try {
    return { subject, ok: true, message: await look() };
  } catch (error) {
    if (error instanceof HoldfastError) return { subject, ok: false, message: error.message, remedy: error.hint };
    return { subject, ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

/** Whose job is over, or past its time, is the one finding that a person must not overlook. */
async function lookAtLedger({ books, lookAt }: AgentDependencies, { database, unit }: Input): Promise<string> {
  const entry = await books.ledger.find(database, unit);
  if (entry === undefined) return 'no job keeps it out of service';
  const { jobId: job, since, workflowId, runId, deadline } = entry;
  const { state } = await lookAt(workflowId, runId);
  const left = (reason: string) => failure('database-left-stopped', { database, job, reason });
  if (state === 'closed' || state === 'unknown')
    throw left(`job "${job}" took it out of service at ${since} and is over; this agent goes on trying to start it`);
  if (Date.now() > Date.parse(deadline))
    throw left(`job "${job}" keeps it out of service since ${since}, which is longer than max-downtime`);
  return `job "${job}" keeps it out of service since ${since}`;
}

async function lookAtService({ context }: OpenUnit, { signal }: StepWork): Promise<string> {
  const { service, log } = context;
  if (!service.canStop) return 'none is configured: it cannot be stopped';
  return `${service.kind} says ${await service.state({ signal, log, timeout: shortPatience })}`;
}

async function lookAtDatabase(
  { config, engines, storages }: AgentDependencies,
  { database, unit }: Input,
  { engine, context }: OpenUnit,
): Promise<string> {
  const storage = await storages(findDatabase(config, database).storage);
  const at = new Date();
  const plan = draftBackup(
    { config, engines },
    { database, unit },
    storage,
  )({
    jobId: 'doctor',
    backupId: backupIdAt(at),
    at,
  });
  const { serverVersion, toolVersions, dataBytes, missing = [] } = await engine.inspectForBackup(context, plan);
  const tools = Object.entries(toolVersions).map(([tool, version]) => `${tool} ${version}`);
  const lacking = boundMissing(plan, missing).map(({ what, reason }) => `; a backup would lack ${what}: ${reason}`);
  return `server ${serverVersion}, ${tools.join(', ')}; ${(dataBytes / 2 ** 20).toFixed(1)} MiB of data${lacking.join('')}`;
}

async function lookAtStorage({ config, storages }: AgentDependencies, { database, unit }: Input, jobId: string) {
  const storage = await storages(findDatabase(config, database).storage);
  const probe = { database, unit, jobId, version: packageVersion(), at: new Date() };
  return describeStorage(storage, database, await probeStorage(storage, probe));
}
