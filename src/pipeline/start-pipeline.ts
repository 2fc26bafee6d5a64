import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { allEnded } from './all-ended';
import { type Child, startChild } from './child';
import { firstCause } from './first-cause';
import { launchOf } from './launch';
import type { ProcessEnd, StartPipeline } from './pipeline';
import { stagesOf } from './stages';
import { wire } from './wiring';

const defaultKillAfter = 10_000;
/** How long the others may take to end by themselves after one has failed, which is how they tell what they know. */
const failureGrace = 1_000;
/** How long Node may take to read what a failed child wrote last. */
const lastWords = 200;

export const startPipeline: StartPipeline = (commands, options) => {
  options.signal.throwIfAborted();
  const stages = stagesOf(commands);
  const launches = stages.map(({ command }) => ({ command, launch: launchOf(command) }));
  const wiring = wire(stages, options);
  const childOptions = { log: options.log, killAfter: options.killAfter ?? defaultKillAfter };
  const children = wiring.start(launches, (each, stdio) => startChild(each.command, each.launch, stdio, childOptions));
  const { stdin, stdout } = wiring;
  const done = supervise(children, options.signal).catch(async (error) => {
    await closeAfterFailure(stdout, error);
    throw error;
  });
  const settled = done.finally(() => stdin?.destroy());
  // Whoever awaits `done` later still gets it; meanwhile it must not count as unhandled.
  settled.catch(() => {});
  return { stdin, stdout, pids: children.flatMap(({ group }) => group?.id ?? []), done: settled };
};

/** Waits for all children to be gone, ending those that remain after a failure or an abort. */
async function supervise(children: readonly Child[], signal: AbortSignal): Promise<readonly ProcessEnd[]> {
  const terminateAll = () => {
    for (const { group } of children) group?.terminate();
  };
  let afterFailure: NodeJS.Timeout | undefined;
  for (const { exited } of children) {
    void exited.then(({ accepted }) => {
      if (!accepted) afterFailure ??= setTimeout(terminateAll, failureGrace);
    });
  }
  let aborted = false;
  const onAbort = () => {
    aborted = true;
    terminateAll();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const ends = await allEnded(children.map(({ ended }) => ended));
  signal.removeEventListener('abort', onAbort);
  clearTimeout(afterFailure);
  if (aborted) throw signal.reason;
  const cause = firstCause(ends);
  if (cause) throw cause;
  return ends.map(({ program, code, signal: endedBy, told }) => ({ program, code, signal: endedBy, told }));
}

/** A reader of a failed pipe gets the pipe's error; it never sees a clean end that came too late to be one. */
async function closeAfterFailure(stdout: Readable | undefined, error: unknown): Promise<void> {
  if (stdout === undefined || stdout.closed) return;
  const read = new Promise((resolve) => stdout.once('close', resolve));
  await Promise.race([read, sleep(lastWords)]);
  stdout.destroy(error instanceof Error ? error : new Error('pipeline failed', { cause: error }));
}
