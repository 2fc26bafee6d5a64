import { readFile } from 'node:fs/promises';
import type { Artefact } from '../model/manifest';
import type { JobPlan } from '../model/plan';
import { uploadStaged } from '../pipeline/upload-staged';
import { repositoryKeys } from '../storage/layout';
import type { AgentDependencies } from './agent-dependencies';
import type { AgentActivities } from './contract';
import { sendFacts } from './facts-object';
import { inWorkFolder } from './on-unit';
import type { Step } from './step';

/** Sends what was staged; run again it goes on with what is not there yet. */
export function uploadArtefacts(
  dependencies: AgentDependencies,
): Step<Parameters<AgentActivities['uploadArtefacts']>[0], readonly Artefact[]> {
  return ({ plan, dumped }, work) =>
    inWorkFolder(dependencies, plan, work, ({ path, log }) =>
      dependencies.gate.through(work.signal, async () => {
        const { artefacts } = dumped;
        const total = artefacts.reduce((sum, artefact) => sum + artefact['stored-bytes'], 0);
        work.report('uploading', total);
        log.line('holdfast', `uploading ${total} bytes in ${artefacts.length} artefacts`);
        const storage = await dependencies.storages(plan.place.storage);
        await sendFacts(plan, path, storage);
        return uploadStaged({
          storage,
          prefix: repositoryKeys(plan.database).backup(plan.backupId).folder,
          folder: path,
          artefacts,
          signal: work.signal,
          onBytes: work.onBytes,
        });
      }),
    );
}

/** Puts the job's log beside its backup, or in a folder of the restore's or verification's own; its last line says how the job ended. */
export function uploadLogs(dependencies: AgentDependencies): Step<Parameters<AgentActivities['uploadLogs']>[0], void> {
  return ({ plan, outcome, failure: ended }, work) =>
    inWorkFolder(dependencies, plan, work, async ({ log }) => {
      const reason = ended === undefined ? '' : ` ${ended.code}: ${ended.message} (${ended.hint})`;
      log.line('holdfast', outcome === 'success' ? 'success' : `ERROR${reason}`);
      const storage = await dependencies.storages(plan.place.storage);
      await storage.put(logKey(plan), await readFile(log.path));
    });
}

function logKey(plan: JobPlan): string {
  const keys = repositoryKeys(plan.database);
  if (plan.jobType === 'backup') return keys.backup(plan.backupId).log;
  return plan.jobType === 'restore' ? keys.restoreLog(plan.jobId) : keys.verifyLog(plan.jobId);
}
