import { existsSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gate, GateFiles } from './gate-files';

const lookEvery = 150;
const beatEvery = 5_000;

/** A job's gate, as the worker that came to it sees it. */
export interface Held {
  readonly gate: Gate;
  readonly files: GateFiles;
}

/** Waits at the gate, if nobody was there before. `beat` is called every five seconds: enough for a heartbeat timeout, and thousands of waits cost little. */
export async function waitAt({ files }: Held, beat: () => void = () => {}): Promise<void> {
  try {
    renameSync(files.armed, files.reached);
  } catch {
    return;
  }
  for (let beaten = 0; !existsSync(files.go); await sleep(lookEvery)) {
    if (Date.now() - beaten < beatEvery) continue;
    beaten = Date.now();
    beat();
  }
}
