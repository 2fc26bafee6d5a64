import { failure } from '../model/errors';
import type { Service } from './service';

/** A unit that nobody may stop. */
export function noService(unit: string): Service {
  const refuse = (action: string) => Promise.reject(failure('service-missing', { action, unit }));
  return {
    kind: 'none',
    canStop: false,
    state: async () => 'unknown',
    stop: () => refuse('stop'),
    start: () => refuse('start'),
  };
}
