import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { EngineContext } from '../engine';

/** What an earlier attempt of this job finished, in the job's work folder. */
const LoadedNote = z.object({ location: z.string(), id: z.string().describe('of what is there: an oid or an inode') });
type LoadedNote = z.infer<typeof LoadedNote>;

const file = (context: EngineContext) => join(context.workFolder, 'loaded.json');

export async function writeLoadedNote(context: EngineContext, note: LoadedNote): Promise<void> {
  await writeFile(file(context), JSON.stringify(note), { mode: 0o600 });
}

/** undefined where there is none, or none that can be read. */
export async function readLoadedNote(context: EngineContext): Promise<LoadedNote | undefined> {
  try {
    return LoadedNote.parse(JSON.parse(await readFile(file(context), 'utf8')));
  } catch {
    return undefined;
  }
}
