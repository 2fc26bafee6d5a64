import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookGroup } from '../agent/hook-groups';
import { failure, HoldfastError } from '../model/errors';
import { allEnded } from '../pipeline/all-ended';
import { closedWithin } from '../pipeline/closed-within';
import { LineSplitter } from '../pipeline/line-splitter';
import { abortAfter } from '../pipeline/long-timer';
import { ownerVariable } from '../pipeline/owner-tag';
import type { Command } from '../pipeline/pipeline';
import { startPipeline } from '../pipeline/start-pipeline';
import type { AgentDependencies } from './agent-dependencies';
import { findDatabase } from './configured';
import type { AgentActivities } from './contract';
import { inWorkFolder } from './on-unit';
import type { Step, StepWork } from './step';
import type { WorkFolder } from './work-folder';

type Input = Parameters<AgentActivities['runHook']>[0];

/** How long what a hook leaves running may keep its output open, in milliseconds. */
const lastWords = 500;

/** Runs a script of the configuration, if it is set. Rejects with `hook-failed`; whether that matters is the workflow's to say. */
export function runHook(dependencies: AgentDependencies): Step<Input, void> {
  return async (step, work) => {
    const { plan, hook } = step;
    const script = findDatabase(dependencies.config, plan.database).hooks[hook];
    if (script === undefined) return;
    await inWorkFolder(dependencies, plan, work, async (folder) => {
      const program = await writeScript(folder.path, hook, script);
      folder.log.line('holdfast', `running hook ${hook}`);
      const command = { program, args: [], env: environmentOf(step), cwd: folder.path };
      await run(dependencies, step, work, folder, command);
    });
  };
}

/** In a folder that is ours alone; the file itself as its writers expect it (B2). */
async function writeScript(folder: string, hook: string, script: string): Promise<string> {
  const path = join(folder, 'hooks', hook);
  await mkdir(join(folder, 'hooks'), { recursive: true, mode: 0o700 });
  await writeFile(path, script.endsWith('\n') ? script : `${script}\n`, { mode: 0o755 });
  return path;
}

function environmentOf({ plan, hook, outcome }: Input): Readonly<Record<string, string>> {
  return {
    HOLDFAST_JOB_ID: plan.jobId,
    HOLDFAST_DATABASE: plan.database,
    HOLDFAST_BACKUP_ID: plan.backupId,
    HOLDFAST_STEP: hook,
    HOLDFAST_OUTCOME: outcome ?? '',
    // What a hook starts may be meant to stay, so it is known by its group alone; see HookGroups.
    [ownerVariable]: '',
  };
}

async function run(
  { hookGroups }: AgentDependencies,
  { plan, hook }: Input,
  { signal }: StepWork,
  { log }: WorkFolder,
  command: Command,
): Promise<void> {
  const late = abortAfter(plan.timeouts.hook, new Error('the time of a hook is over'));
  const running = startPipeline([command], { signal: AbortSignal.any([signal, late.signal]), log, stdout: 'pipe' });
  void running.done.catch(() => {}).then(late.cancel);
  const groups: HookGroup[] = running.pids.map((group) => ({ group, jobId: plan.jobId }));
  const lines = new LineSplitter((line) => log.line(hook, line));
  running.stdout?.on('data', (chunk: Buffer) => lines.push(chunk));
  try {
    await allEnded(groups.map((group) => hookGroups.note(group)));
    await running.done;
  } catch (error) {
    if (signal.aborted || !(error instanceof HoldfastError || late.signal.aborted)) throw error;
    const reason = late.signal.aborted
      ? `no end within ${plan.timeouts.hook / 1000} s`
      : String((error as HoldfastError).details['reason']);
    throw failure('hook-failed', { hook, database: plan.database, reason, job: plan.jobId }, error);
  } finally {
    await running.done.catch(() => {}); // also where noting it failed: nothing goes on unseen
    if (running.stdout) await closedWithin(running.stdout, lastWords);
    lines.end();
    await allEnded(groups.map((group) => hookGroups.forget(group)));
  }
}
