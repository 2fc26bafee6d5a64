import type { OpenUnit } from './open-unit';

/** Which unit to open, and for whom. */
export interface UnitRequest {
  readonly database: string;
  readonly unit: string;
  readonly job: { readonly jobId: string; readonly workflowId: string; readonly runId: string };
  /** `backup`, `restore` or `verify`: which log of the job gets the lines. */
  readonly jobType: string;
  readonly signal: AbortSignal;
  readonly report?: (activity: string, total?: number) => void;
}

/**
 * Opens a unit of this agent (configuration, password, service, work folder, log), lets it be used, and closes it. Rejects with `database-unknown`
 * or `unit-unknown` where the agent's configuration does not have it.
 */
export type WithUnit = <T>(request: UnitRequest, use: (unit: OpenUnit) => Promise<T>) => Promise<T>;
