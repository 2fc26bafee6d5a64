/** Who may import whom (docs/design.md, "Layout"). A room is a folder of src. Every room may import from itself. */
export interface RoomRule {
  /** Rooms whose values it may import. */
  readonly values: readonly string[];
  /** Rooms of which it may know the types, besides those. */
  readonly types?: readonly string[];
  /** The only packages it may import values from, where that is limited; Node's own modules are packages too. */
  readonly packages?: readonly string[];
}

export const rules: Readonly<Record<string, RoomRule>> = {
  // crosses every boundary, the workflow sandbox included: no I/O, no clock
  model: { values: [], packages: ['zod'] },
  config: { values: ['model'] },
  // its sinks and sources keep promises that the engines' contract words
  pipeline: { values: ['model'], types: ['config', 'engines', 'storage'] },
  storage: { values: ['model', 'pipeline'], types: ['config'] },
  services: { values: ['model', 'pipeline'], types: ['config'] },
  engines: { values: ['model', 'pipeline'], types: ['config', 'services', 'storage'] },
  // replayed from history, so deterministic: nothing that touches the world, not even by accident
  workflows: {
    values: ['model'],
    types: ['activities'],
    packages: ['@temporalio/workflow', '@temporalio/common', 'zod'],
  },
  agent: { values: ['model', 'pipeline', 'services'], types: ['activities', 'config', 'engines', 'storage'] },
  activities: { values: ['agent', 'config', 'engines', 'model', 'pipeline', 'services', 'storage'] },
  // the catalogue is read from the store alone
  client: { values: ['config', 'model', 'storage'], types: ['activities', 'workflows'] },
  workers: {
    values: ['activities', 'agent', 'client', 'config', 'engines', 'model', 'pipeline', 'services', 'storage'],
    types: ['workflows'],
  },
  cli: { values: ['client', 'config', 'model'], types: ['activities', 'workflows'] },
};

/** The entry points: the only files of src that may import the workers. */
export const entryPoints: readonly string[] = [
  'src/cli/commands/up.ts',
  'src/cli/commands/worker.ts',
  'src/cli/lock/reset-lock.ts',
];
