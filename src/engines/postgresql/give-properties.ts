import type { EngineContext } from '../engine';
import { applyAfterLoad, applyBeforeLoad } from './apply-properties';
import type { DatabaseProperties } from './portrait';
import { type Session, withSession } from './session';
import { told } from './told';

/** What a database was besides its contents, to be given to the one that takes its place. */
export interface Giving {
  /** To the empty database; once more if it is made anew. */
  before(): Promise<void>;
  /** When its contents are in. Resolves to what this server did not take, for people. */
  after(): Promise<readonly string[]>;
}

/** `outside` is a session of another database. */
export function givingProperties(
  context: EngineContext,
  outside: Session,
  name: string,
  { properties, backup }: { readonly properties: DatabaseProperties; readonly backup: string },
): Giving {
  let refused = new Map<string, string>();
  const warn = (what: string, text: string) => {
    refused.set(what, text);
    context.log.line('restore', `WARNING: ${text}`);
  };
  const give = (apply: typeof applyBeforeLoad) => {
    const work = (inside: Session) => apply({ name, outside, inside, warn, refused }, properties);
    const giving = withSession(context, { database: name }, work);
    return told(context, 'load-failed', { backup, tool: 'ALTER DATABASE' }, giving);
  };
  return {
    before: async () => {
      refused = new Map();
      await give(applyBeforeLoad);
    },
    after: async () => {
      await give(applyAfterLoad);
      return [...refused.values()];
    },
  };
}
