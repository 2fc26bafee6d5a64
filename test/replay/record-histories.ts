/**
 * Plays every scene and keeps the histories that are not kept yet, for the replay test. Run it after a workflow has got a new way through it:
 *
 *     npx tsx test/replay/record-histories.ts
 *
 * A history that is there is never replaced: it stands for jobs that run while Holdfast is upgraded. To record a scene once more for a new
 * version, rename its file first (backup-online.json → backup-online.v1.json).
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Stage } from '../workflows/stage/stage';
import { historiesFolder } from './recorded-history';
import { scenes } from './scenes';

async function record(stage: Stage, name: string, execution: string): Promise<void> {
  const file = path.join(historiesFolder, `${name}.json`);
  if (existsSync(file)) return;
  const [workflowId = '', runId] = execution.split('\n');
  const history = await stage.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const anonymous = JSON.parse(historyToJSON(history), withoutTraces);
  writeFileSync(file, `${JSON.stringify({ workflowId, history: anonymous })}\n`);
  console.info(`recorded ${name}: ${history.events?.length} events`);
}

/** Where it was recorded is nobody's business, and replaying does not look at it. */
function withoutTraces(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return undefined;
  return key === 'identity' ? 'recorder' : value;
}

async function main(): Promise<void> {
  mkdirSync(historiesFolder, { recursive: true });
  const stage = await Stage.open();
  try {
    const played = await Promise.all(scenes.map((scene) => scene(stage)));
    for (const [name, execution] of played.flatMap(Object.entries)) await record(stage, name, execution);
  } finally {
    await stage.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
