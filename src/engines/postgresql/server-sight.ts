import type { EngineContext } from '../engine';

/** What the first session of a job saw of its server, for those that are started after it. */
interface Sight {
  readonly started: string;
  /** Whether the role may choose the language of the server's messages. */
  readonly choosesLanguage: boolean;
}

/** A step's context is its own, and is gone with it. */
const sights = new WeakMap<EngineContext, Sight>();

/** Remembers the first sight of it. */
export function noteSight(context: EngineContext, sight: Sight): void {
  if (!sights.has(context)) sights.set(context, sight);
}

/** When the server had been started that the first session met; undefined before there was one. */
export function startedAt(context: EngineContext): string | undefined {
  return sights.get(context)?.started;
}

/** Settings by which the server's words come in English, so that people find what they read in its documentation; none where the role may not set it. */
export function plainWords(context: EngineContext): readonly string[] {
  return sights.get(context)?.choosesLanguage ? ['lc_messages=C'] : [];
}

const lost = new WeakSet<EngineContext>();

/** A tool of this job has said that its connection is gone, on whatever line. */
export function noteLost(context: EngineContext): void {
  lost.add(context);
}

export function wasLost(context: EngineContext): boolean {
  return lost.has(context);
}
