import type { Cell, Fault } from '../fault';
import { isAfter } from '../spots';

/** Behind these a job does not look at cancellation any more; while they run, either may win. */
const pointOfNoReturn: Readonly<Record<Cell['scenario'], string>> = {
  online: 'sealBackup',
  cold: 'sealBackup',
  restore: 'compareDatabase',
  'restore-cold': 'compareDatabase',
};

export const clientCancels: Fault = {
  name: 'cancelled',
  title: 'client cancels',
  strikesAt: () => true,
  strike: async ({ client }, parked) => {
    await Promise.all(parked.map(({ jobId }) => client.workflow.getHandle(jobId).cancel()));
  },
  expect: (cell) => {
    const last = pointOfNoReturn[cell.scenario];
    const backup = last === 'sealBackup';
    if (isAfter(cell, last) || (backup && cell.step === last)) return { ending: 'success' };
    // what was done in time counts as done
    if (cell.step === last || (backup && cell.step === 'uploadLogs')) return { ending: 'cancelled', or: 'success' };
    return { ending: 'cancelled' };
  },
};

export const terminated: Fault = {
  name: 'terminated',
  title: 'terminated',
  strikesAt: () => true,
  strike: async ({ client }, parked) => {
    await Promise.all(parked.map(({ jobId }) => client.workflow.getHandle(jobId).terminate('struck by the harness')));
  },
  expect: () => ({ ending: 'terminated' }),
};

/** Nobody is left to finish what the step was at. */
export const terminatedAndKilled: Fault = {
  name: 'terminated-killed',
  title: 'terminated, and its agent killed at once',
  strikesAt: ({ step }) => ['stopDatabase', 'runDump', 'sealBackup', 'swapDatabase'].includes(step),
  strike: async (field, parked) => {
    await field.agent.kill9();
    await terminated.strike?.(field, parked);
    await field.agent.start();
  },
  expect: () => ({ ending: 'terminated' }),
};
