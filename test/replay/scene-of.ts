import type { Planned } from '../../src/activities/contract';
import type { JobPlan } from '../../src/model/plan';
import { endingOf } from '../workflows/stage/ending';
import { unitOn } from '../workflows/stage/plans';
import { atCall, hangs, type Script } from '../workflows/stage/script';
import type { Show, Stage } from '../workflows/stage/stage';

/** Plays something to its end and says which workflows were part of it, by the name their history is kept under. */
export type Scene = (stage: Stage) => Promise<Readonly<Record<string, string>>>;

/** A job that follows a script; its id is the history's name. */
export function played(plan: JobPlan, script: Script = {}): Scene {
  return async (stage) => endOf(await stage.start(plan, script));
}

/** A job that is asked to stop in the middle of a step. */
export function cancelled(plan: JobPlan, step: string): Scene {
  return ended(plan, step, (stage) => stage.client.workflow.getHandle(plan.jobId).cancel());
}

/** A job that is ended from outside in the middle of a step. */
export function terminated(plan: JobPlan, step: string): Scene {
  return ended(plan, step, (stage) => stage.client.workflow.getHandle(plan.jobId).terminate());
}

function ended(plan: JobPlan, step: string, end: (stage: Stage) => Promise<unknown>): Scene {
  return async (stage) =>
    endOf(
      await stage.start(plan, {
        [step]: atCall(
          1,
          hangs(() => void end(stage)),
        ),
      }),
    );
}

/** A job whose agent goes for good when a step is done. */
export function abandoned(plan: JobPlan, step: string): Scene {
  return async (stage) => {
    const leave = await stage.addAgent(plan.jobId);
    const goes = atCall(1, async () => void leave());
    return endOf(await stage.start({ ...plan, unit: unitOn(plan.jobId) }, { [step]: goes }));
  };
}

/** A job that ended before under its id, as its record has it. */
export function known(plan: JobPlan, status: 'success' | 'error'): Scene {
  const { jobId, jobType, database } = plan;
  const at = { 'started-at': plan.plannedAt, 'finished-at': plan.plannedAt };
  const error = { message: 'scripted', error: { code: 'dump-failed', hint: 'scripted', exit: 4 } };
  const common = { 'job-id': jobId, 'job-type': jobType, database };
  const place = { 'storage-interface': 's3', 'storage-config': {} };
  const result = { ...common, status, ...place, ...at, ...(status === 'error' ? error : {}) };
  const record = { ...common, 'format-version': 1 as const, 'run-id': 'before', request: {}, result, steps: [] };
  const planned: Planned<JobPlan> = { kind: 'finished', record };
  return async (stage) => endOf(await stage.startAs(jobType, jobId, planned, {}));
}

async function endOf(show: Show): Promise<Readonly<Record<string, string>>> {
  await endingOf(show);
  return { [show.jobId]: show.jobId };
}
