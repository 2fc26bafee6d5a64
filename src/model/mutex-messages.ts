/** Names of the mutex's messages, shared by workflows, activities, client and CLI. Apart from hold.ts so that the workflow sandbox loads no zod. */
export const mutexMessages = {
  request: 'request',
  leave: 'leave',
  release: 'release',
  downgrade: 'downgrade',
  granted: 'granted',
  view: 'view',
  forceRelease: 'forceRelease',
} as const;

/** Argument of `leave`, `release` and `downgrade`. */
export interface RunReference {
  readonly runId: string;
}

/** Argument of the update `forceRelease`; the reason stays in the mutex's history. */
export interface ForcedRelease extends RunReference {
  readonly reason: string;
}
