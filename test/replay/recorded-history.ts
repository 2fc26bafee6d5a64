import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';

/** Histories of jobs as they ran when they were recorded. Old ones stay: workflows that run while Holdfast is upgraded are replayed by the new code. */
export const historiesFolder = path.join(__dirname, 'histories');

export interface RecordedHistory {
  readonly name: string;
  readonly workflowId: string;
  readonly history: ReturnType<typeof historyFromJSON>;
}

export function recordedHistories(): RecordedHistory[] {
  const files = readdirSync(historiesFolder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => {
    const { workflowId, history } = JSON.parse(readFileSync(path.join(historiesFolder, file), 'utf8'));
    return { name: file.slice(0, -'.json'.length), workflowId, history: historyFromJSON(history) };
  });
}
