import type { OpenUnit } from './open-unit';

/** Which unit to open, and for whom. */
export interface UnitRequest {
  readonly database: string;
  readonly unit: string;
  readonly job: { readonly jobId: string; readonly workflowId: string; readonly runId: string };
  /** `backup` or `restore`: which log of the job gets the lines. */
  readonly jobType: string;
  readonly signal: AbortSignal;
  readonly report?: (activity: string, total?: number) => void;
}

/** Opens a unit of this agent: configuration, password, service, work folder and log. Rejects where the configuration does not know it. */
export type UnitOpener = (request: UnitRequest) => Promise<OpenUnit>;
