import { PassThrough } from 'node:stream';
import { Worker } from '@temporalio/worker';
import type { Build } from './build';
import type { Ended, Verdict } from './ended';

type ReplayOptions = Parameters<typeof Worker.runReplayHistories>[0];
type Job = Pick<Ended, 'jobId' | 'history'>;

/** Replays histories one after the other in one thread, which loads the workflows once: that costs more than a replay. */
export interface Replayer {
  /** Resolves to what is wrong, by job id. */
  replayAll(jobs: readonly Job[]): Promise<Map<string, Verdict>>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** What replays here, for a debugger, leaves hooks on every promise of this process: beside it, it does not. */
const inThread = { debugMode: false };

let last: Promise<unknown> = Promise.resolve();

/** The SDK shuts its runtime down with the last replayer, also under one that is just being made: nobody comes or goes meanwhile. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}

/** Starts with the first history. One that cannot be read ends it for those that wait; who comes later starts it again. */
export function openReplayer({ workflowBundle }: Pick<Build, 'workflowBundle'>): Replayer {
  let running: Running | undefined;
  const replay = async ({ jobId, history }: Job): Promise<Verdict> => {
    running ??= run({ workflowBundle, ...inThread }, () => {
      running = undefined;
    });
    const error = await running.replay(jobId, history);
    return error && `its history does not replay: ${error.message}`;
  };
  return {
    replayAll: async (jobs) => {
      const verdicts = await Promise.all(jobs.map(async (job) => [job.jobId, await replay(job)] as const));
      return new Map(verdicts.filter(([, verdict]) => verdict !== undefined));
    },
    close: async () => running?.close(),
  };
}

interface Running {
  replay(workflowId: string, history: Job['history']): Promise<Error | undefined>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (error?: Error) => void;
  readonly reject: (error: unknown) => void;
}

function run(options: ReplayOptions, onBroken: () => void): Running {
  const histories = new PassThrough({ objectMode: true });
  const waiting: Waiting[] = [];
  let ended: Promise<void> = Promise.resolve();
  const untilStarted = () =>
    new Promise<void>((started) => {
      ended = replayFrom(options, histories, (error) => {
        started();
        waiting.shift()?.resolve(error);
      }).catch((error: unknown) => {
        started();
        onBroken();
        for (const { reject } of waiting.splice(0)) reject(error);
      });
    });
  inTurn(untilStarted);
  return {
    replay: (workflowId, history) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        histories.write({ workflowId, history });
      }),
    close: () =>
      inTurn(() => {
        histories.end();
        return ended;
      }),
  };
}

async function replayFrom(
  options: ReplayOptions,
  histories: PassThrough,
  tell: (error?: Error) => void,
): Promise<void> {
  for await (const { error } of Worker.runReplayHistories(options, histories)) tell(error);
}
