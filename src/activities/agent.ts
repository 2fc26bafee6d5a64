import type { AgentDependencies } from './agent-dependencies';
import { checkDatabase, checkStorage } from './check-steps';
import { plannedStep, shapedStep } from './checked-step';
import { cleanSpool } from './clean-step';
import type { AgentActivities } from './contract';
import { diagnose } from './diagnose';
import { runDump } from './dump-step';
import { runHook } from './hook-step';
import type { AskedStep, PlannedStep } from './own-plan';
import { compareDatabase, discardLoaded, dropPrevious, loadBackup, swapBack, swapDatabase } from './restore-steps';
import { sealBackup } from './seal-step';
import type { Step, StepOptions } from './step';
import { bringUpDatabase, checkHealth, fenceDatabase, stopDatabase } from './stop-start-steps';
import { tryLoad } from './trial-step';
import { uploadArtefacts, uploadLogs } from './upload-steps';
import { verifyBackup } from './verify-step';
import { asActivity } from './wrap';

/** What must succeed in the end is tried again where it hung; what is too slow for its limit is not. */
const again: StepOptions = { triedAgainAfterTimeout: true };

/** The activities of one agent. */
export function createAgentActivities(dependencies: AgentDependencies): AgentActivities {
  const wrapped = <Input extends AskedStep, Output>(
    name: PlannedStep,
    make: (dependencies: AgentDependencies) => Step<Input, Output>,
    options?: StepOptions,
  ) => asActivity(name, plannedStep(name, make(dependencies), dependencies), dependencies, options);
  return {
    checkDatabase: wrapped('checkDatabase', checkDatabase),
    checkStorage: wrapped('checkStorage', checkStorage),
    runHook: wrapped('runHook', runHook),
    stopDatabase: wrapped('stopDatabase', stopDatabase, again),
    fenceDatabase: wrapped('fenceDatabase', fenceDatabase, again),
    runDump: wrapped('runDump', runDump),
    startDatabase: wrapped('startDatabase', bringUpDatabase, again),
    unfenceDatabase: wrapped('unfenceDatabase', bringUpDatabase, again),
    checkHealth: wrapped('checkHealth', checkHealth, again),
    uploadArtefacts: wrapped('uploadArtefacts', uploadArtefacts),
    uploadLogs: wrapped('uploadLogs', uploadLogs, again),
    sealBackup: wrapped('sealBackup', sealBackup, again),
    cleanSpool: wrapped('cleanSpool', cleanSpool, again),
    loadBackup: wrapped('loadBackup', loadBackup),
    discardLoaded: wrapped('discardLoaded', discardLoaded, again),
    swapDatabase: wrapped('swapDatabase', swapDatabase, again),
    swapBack: wrapped('swapBack', swapBack, again),
    compareDatabase: wrapped('compareDatabase', compareDatabase),
    dropPrevious: wrapped('dropPrevious', dropPrevious, again),
    verifyBackup: wrapped('verifyBackup', verifyBackup),
    tryLoad: wrapped('tryLoad', tryLoad),
    diagnose: asActivity('diagnose', shapedStep('diagnose', diagnose(dependencies)), dependencies),
  };
}
