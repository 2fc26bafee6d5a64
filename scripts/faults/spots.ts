import type { Moment, Scenario, Spot } from './fault';
import { hasMiddle } from './gates/middles';

const before = ['requestHold', 'checkDatabase', 'checkStorage', 'runHook'] as const;
const last = ['runHook:after', 'cleanSpool', 'recordJob'] as const;

/** The steps of each scenario in their order; sections 4 and 5 of the design. */
const steps: Readonly<Record<Scenario, readonly string[]>> = {
  online: ['planBackup', ...before, 'runDump', 'uploadLogs', 'sealBackup', ...last],
  cold: [
    ...['planBackup', ...before, 'stopDatabase', 'runDump', 'startDatabase', 'checkHealth'],
    ...['uploadArtefacts', 'uploadLogs', 'sealBackup', ...last],
  ],
  restore: [
    ...['planRestore', ...before, 'loadBackup', 'fenceDatabase', 'swapDatabase', 'unfenceDatabase', 'checkHealth'],
    ...['compareDatabase', 'uploadLogs', 'dropPrevious', ...last],
  ],
  'restore-cold': [
    ...['planRestore', ...before, 'loadBackup', 'stopDatabase', 'swapDatabase', 'startDatabase', 'checkHealth'],
    ...['compareDatabase', 'uploadLogs', 'dropPrevious', ...last],
  ],
};

export const scenarios = Object.keys(steps) as readonly Scenario[];

const moments: readonly Moment[] = ['start', 'middle', 'after'];

/** Every place where a job can be made to wait. A step that is one call to Temporal has no middle. */
export const spots: readonly Spot[] = scenarios.flatMap((scenario) =>
  steps[scenario].flatMap((step) =>
    moments
      .filter((moment) => moment !== 'middle' || hasMiddle(scenario, step))
      .map((moment) => ({ scenario, step, moment })),
  ),
);

/** Where a step stands in its scenario; the later, the greater. */
export function placeOf({ scenario, step }: Pick<Spot, 'scenario' | 'step'>): number {
  return steps[scenario].indexOf(step);
}

/** Whether one step comes before another in a scenario that has both. */
export function isBefore(spot: Pick<Spot, 'scenario' | 'step'>, step: string): boolean {
  const place = placeOf({ scenario: spot.scenario, step });
  return place >= 0 && placeOf(spot) < place;
}

/** The same, the step's own start included: nothing of it has been done. */
export function isBeforeWorkOf(spot: Spot, step: string): boolean {
  return isBefore(spot, step) || (spot.step === step && spot.moment === 'start');
}

/** The step has done its work. */
export function isAfter(spot: Spot, step: string): boolean {
  const place = placeOf({ scenario: spot.scenario, step });
  return place >= 0 && (placeOf(spot) > place || (spot.step === step && spot.moment === 'after'));
}
