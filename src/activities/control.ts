import { getClient } from '@temporalio/activity';
import { Register } from '../agent/register';
import type { ControlActivities } from './contract';
import { type ControlStep, controlStep } from './control-inputs';
import { createMutexActivities } from './mutex-activities';
import { planBackupStep } from './plan-backup';
import type { PlanningDependencies } from './plan-parts';
import { planRestoreStep } from './plan-restore';
import { planVerifyStep } from './plan-verify';
import { recordJobStep } from './record-job';
import { recordRefusalStep } from './record-refusal';
import type { Step } from './step';
import { asActivity, type Wrapping } from './wrap';

/** The activities of a control worker. */
export function createControlActivities(dependencies: PlanningDependencies): ControlActivities {
  const wrapping: Wrapping = { register: new Register(), onDetached: () => {} };
  const wrapped = <Input, Output>(name: ControlStep, step: Step<Input, Output>) =>
    asActivity(name, controlStep(name, step), wrapping);
  return {
    ...createMutexActivities({ getClient }),
    planBackup: wrapped('planBackup', planBackupStep(dependencies)),
    planRestore: wrapped('planRestore', planRestoreStep(dependencies)),
    planVerify: wrapped('planVerify', planVerifyStep(dependencies)),
    recordRefusal: wrapped('recordRefusal', recordRefusalStep(dependencies)),
    recordJob: wrapped('recordJob', recordJobStep(dependencies.storages)),
  };
}
