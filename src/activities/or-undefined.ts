import { WorkflowNotFoundError } from '@temporalio/client';

/** undefined where Temporal knows no such workflow, or where it has closed and cannot be told anything. */
export async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
