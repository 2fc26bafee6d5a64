import { failure } from '../../model/errors';
import type { EngineContext } from '../engine';
import { allowing, renaming, together } from './alter-database';
import { sqlState } from './connection-failure';
import { readLoadedNote, writeLoadedNote } from './loaded-note';
import { findDatabase, marking } from './mark';
import type { Session } from './session';

/** A retry after the last step of an attempt whose answer was lost. Rejects with `target-exists` where somebody else has the name. */
export async function isThere(context: EngineContext, session: Session, target: string): Promise<boolean> {
  const there = await findDatabase(session, target);
  if (there === undefined) return false;
  const note = await readLoadedNote(context);
  if (note?.location === target && note.id === there.oid) return true;
  throw failure('target-exists', { target, database: context.name });
}

/** Opens a loaded database under its final name, without a mark. The note comes first: it tells by the oid, which the rename leaves as it is. */
export async function takeName(context: EngineContext, session: Session, name: string, target: string): Promise<void> {
  const made = await findDatabase(session, name);
  if (made === undefined) throw new Error(`database "${name}" is gone`);
  await writeLoadedNote(context, { location: target, id: made.oid });
  try {
    await together(session, [
      marking(name, undefined),
      allowing(name, made.mark?.allow ?? true),
      renaming(name, target),
    ]);
  } catch (error) {
    if (sqlState(error) === '42P04') throw failure('target-exists', { target, database: context.name }, error);
    throw error;
  }
}
