import { readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ensurePrivateFolder, readIfThere, writeDurably } from './durable-file';
import type { LookAtRun } from './run-sight';

const noteName = 'job.json';

/** Whose folder it is, so that nothing is ever removed that Holdfast did not make. */
const SpoolNote = z.object({ jobId: z.string(), workflowId: z.string(), runId: z.string(), database: z.string() });
export type SpoolNote = z.infer<typeof SpoolNote>;

export interface Swept {
  /** Ids of the jobs whose folders are gone. */
  readonly removed: readonly string[];
  readonly unanswered: number;
}

/** Where jobs keep what is on its way: one folder per job, ours alone, gone with the job. */
export class Spool {
  constructor(readonly folder: string) {}

  /** The job's folder; it need not exist. Job ids of plans hold slashes, which must not become folders. */
  pathOf(jobId: string): string {
    return join(this.folder, encodeURIComponent(jobId));
  }

  /** The job's folder, made if it is not there; mode 0700. */
  async open(note: SpoolNote): Promise<string> {
    const path = this.pathOf(note.jobId);
    const noteFile = join(path, noteName);
    await ensurePrivateFolder(path);
    const text = JSON.stringify(note);
    if ((await readIfThere(noteFile)) !== text) await writeDurably(noteFile, text);
    return path;
  }

  /** Removes the job's folder with all that is in it. Idempotent. */
  async remove(jobId: string): Promise<void> {
    await rm(this.pathOf(jobId), { recursive: true, force: true, maxRetries: 3 });
  }

  /** Removes the folders of jobs that are over and not in `needed`. A job of which Temporal cannot be asked keeps its folder. */
  async sweep(lookAt: LookAtRun, needed: ReadonlySet<string>): Promise<Swept> {
    const removed: string[] = [];
    let unanswered = 0;
    for (const note of await this.notes()) {
      if (needed.has(note.jobId)) continue;
      // The latest run counts: a job that was reset goes on under its id.
      const { state } = await lookAt(note.workflowId);
      if (state === 'unreachable') unanswered += 1;
      if (state !== 'closed' && state !== 'unknown') continue;
      await this.remove(note.jobId);
      removed.push(note.jobId);
    }
    return { removed, unanswered };
  }

  /** Bytes that an unprivileged process may still write here. */
  async freeBytes(): Promise<number> {
    await ensurePrivateFolder(this.folder);
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize;
  }

  private async notes(): Promise<readonly SpoolNote[]> {
    const names = await readdir(this.folder).catch(() => []);
    const notes = await Promise.all(names.map((name) => readNote(join(this.folder, name, noteName))));
    return notes.filter((note) => note !== undefined);
  }
}

/** undefined for whatever is not ours. */
async function readNote(path: string): Promise<SpoolNote | undefined> {
  const text = await readIfThere(path).catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return SpoolNote.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
