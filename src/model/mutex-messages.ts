/** Names of the mutex's messages, shared by workflows, activities, client and CLI. Apart from hold.ts so that the workflow sandbox loads no zod. */
export const mutexMessages = {
  request: 'request',
  leave: 'leave',
  release: 'release',
  downgrade: 'downgrade',
  granted: 'granted',
  view: 'view',
  holdOf: 'holdOf',
  forceRelease: 'forceRelease',
  releaseClosed: 'releaseClosed',
} as const;

/** Argument of `leave`, `release` and `downgrade`. */
export interface RunReference {
  readonly runId: string;
  /** Of the hold that is given back or lowered. */
  readonly token?: number;
}

/** Argument of the updates `forceRelease` and `releaseClosed`; the reason stays in the mutex's history. */
export interface ForcedRelease extends RunReference {
  readonly reason: string;
}
