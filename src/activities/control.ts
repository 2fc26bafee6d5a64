import { getClient } from '@temporalio/activity';
import { Register } from '../agent/register';
import type { ControlActivities } from './contract';
import { createMutexActivities } from './mutex-activities';
import { planBackupStep } from './plan-backup';
import type { PlanningDependencies } from './plan-parts';
import { planRestoreStep } from './plan-restore';
import { planVerifyStep } from './plan-verify';
import { recordJobStep } from './record-job';
import { recordRefusalStep } from './record-refusal';
import { asActivity, type Wrapping } from './wrap';

/** The activities of a control worker. */
export function createControlActivities(dependencies: PlanningDependencies): ControlActivities {
  const wrapping: Wrapping = { register: new Register(), onDetached: () => {} };
  return {
    ...createMutexActivities({ getClient }),
    planBackup: asActivity('planBackup', planBackupStep(dependencies), wrapping),
    planRestore: asActivity('planRestore', planRestoreStep(dependencies), wrapping),
    planVerify: asActivity('planVerify', planVerifyStep(dependencies), wrapping),
    recordRefusal: asActivity('recordRefusal', recordRefusalStep(dependencies), wrapping),
    recordJob: asActivity('recordJob', recordJobStep(dependencies.storages), wrapping),
  };
}
