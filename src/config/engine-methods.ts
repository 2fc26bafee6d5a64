import type { Mode } from '../model/job-request';

export interface MethodNeeds {
  /** The modes in which the method can run; the first is its default. */
  readonly modes: readonly Mode[];
  /** Reads or writes the unit's data directory itself. */
  readonly dataDirectory: boolean;
}

/** What each engine's methods ask of the configuration. The engines themselves declare what they can do; a test holds the two together. */
export const engineMethods: Readonly<Record<string, Readonly<Record<string, MethodNeeds>>>> = {
  postgresql: {
    logical: { modes: ['online', 'fenced'], dataDirectory: false },
    physical: { modes: ['online'], dataDirectory: true },
    cold: { modes: ['offline'], dataDirectory: true },
  },
};
