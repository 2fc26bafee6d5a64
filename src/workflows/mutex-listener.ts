import { defineQuery, defineSignal, defineUpdate, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import type { BoundedView, Hold } from '../model/hold';
import { type ForcedRelease, mutexMessages } from '../model/mutex-messages';
import { propertyOf } from '../model/unknown-value';

/** What a mutex makes of its messages. Signals may hold anything: whoever gets one reads it first. */
export interface Listener {
  /** As many as came together. */
  request(values: readonly unknown[]): void;
  leave(value: unknown): void;
  release(value: unknown): void;
  downgrade(value: unknown): void;
  /** A message that nothing of ours sends. */
  drop(message: string, why: string): void;
  view(asking?: string): BoundedView;
  holdOf(runId: string): Hold | null;
  mayRelease(asked: Partial<ForcedRelease>): void;
  forceRelease(asked: ForcedRelease): void;
  releaseClosed(asked: ForcedRelease): Promise<void>;
}

const messages = {
  request: defineSignal<unknown[]>(mutexMessages.request),
  leave: defineSignal<[unknown]>(mutexMessages.leave),
  release: defineSignal<[unknown]>(mutexMessages.release),
  downgrade: defineSignal<[unknown]>(mutexMessages.downgrade),
  view: defineQuery<BoundedView, [unknown?]>(mutexMessages.view),
  holdOf: defineQuery<Hold | null, [unknown?]>(mutexMessages.holdOf),
  forceRelease: defineUpdate<void, [ForcedRelease]>(mutexMessages.forceRelease),
  releaseClosed: defineUpdate<void, [ForcedRelease]>(mutexMessages.releaseClosed),
} as const;

const told = (text: string) => ({ description: text });

/** Lets a mutex hear its messages. None of them can make it throw: a workflow that throws is tried again for ever. */
export function listenToMutex(mutex: Listener): void {
  setHandler(messages.request, (...values) => mutex.request(values), told('Ask for a hold, each argument for one run'));
  setHandler(messages.leave, (value) => mutex.leave(value), told('Leave the queue'));
  setHandler(messages.release, (value) => mutex.release(value), told('Give a hold back, with its token'));
  setHandler(messages.downgrade, (value) => mutex.downgrade(value), told('Turn an exclusive hold into a shared one'));
  setDefaultSignalHandler((name) => mutex.drop(name, 'a mutex has no such message'));
  setHandler(messages.view, (asking) => mutex.view(textOr(asking)), told('Who holds and who waits'));
  setHandler(messages.holdOf, (asking) => mutex.holdOf(textOr(asking) ?? ''), told('The hold of a run'));
  const validator = (asked: ForcedRelease) =>
    mutex.mayRelease({ runId: textOr(propertyOf(asked, 'runId')), reason: textOr(propertyOf(asked, 'reason')) });
  setHandler(messages.forceRelease, (asked) => mutex.forceRelease(asked), {
    validator,
    ...told('Take a hold from a job, with a reason'),
  });
  setHandler(messages.releaseClosed, (asked) => mutex.releaseClosed(asked), {
    validator,
    ...told('Take a hold from a job that is closed, with a reason'),
  });
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
