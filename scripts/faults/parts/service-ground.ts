import { join } from 'node:path';
import type { Ground, Laid, Lane } from '../field';
import { isCold } from '../field/field-lane';
import { makeStubbornService, type StubbornService } from './stubborn-service';

export interface ServiceLaid extends Laid {
  serviceOf(lane: Lane): StubbornService;
}

/** Cold lanes are stopped and started by programs that may refuse. */
function stubborn(name: string, backup: Readonly<Record<string, unknown>>): Ground<ServiceLaid> {
  return {
    name,
    changes: ['service'],
    lay: async () => {
      const services = new Map<string, StubbornService>();
      return {
        lane: (lane) => {
          if (!isCold(lane.scenario)) return {};
          const service = makeStubbornService(join(lane.folder, 'service'), lane.postgres);
          services.set(lane.name, service);
          const database = { backup: { method: 'cold', 'compression-level': 1, ...backup } };
          return { database, unit: { service: service.config } };
        },
        serviceOf: ({ name: lane }) => {
          const service = services.get(lane);
          if (service === undefined) throw new Error(`lane ${lane} has no such service`);
          return service;
        },
        close: async () => {},
      };
    },
  };
}

export const stubbornService = stubborn('stubborn-service', {});

/** The same, and a person is called soon. */
export const hopelessService = stubborn('hopeless-service', { 'max-downtime': '10s', recovery: '20s' });
