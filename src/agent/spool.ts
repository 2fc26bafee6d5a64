import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { allEnded } from '../pipeline/all-ended';
import { bookNames } from './book-folder';
import { ensurePrivateFolder, readIfThere, writeDurably } from './durable-file';
import { childOf, entryName } from './entry-name';
import type { LookAtRun } from './run-sight';

const noteName = 'job.json';

/** Whose folder it is, so that nothing is ever removed that Holdfast did not make. */
const SpoolNote = z.object({ jobId: z.string(), workflowId: z.string(), runId: z.string(), database: z.string() });
export type SpoolNote = z.infer<typeof SpoolNote>;

export interface Swept {
  /** Ids of the jobs whose folders are gone. */
  readonly removed: readonly string[];
  readonly unanswered: number;
  /** Folders that stay for now, and why. */
  readonly unsettled: readonly string[];
}

/** Does what a job that is over has left undone, elsewhere than in its folder. Rejects where that has to be tried again. */
export type SettleFolder = (note: SpoolNote, folder: string) => Promise<void>;

const keptName = 'kept-logs';
/** No job's folder has such a name. */
const doomedSign = '=removing-';
const keptMost = 30;
/** The spool may lie where a database of its name has its books. */
const reserved = [keptName, ...bookNames];

/** Where jobs keep what is on its way: one folder per job, ours alone, gone with the job. */
export class Spool {
  constructor(readonly folder: string) {}

  /** The job's folder, a direct child of the spool whatever the id; it need not exist. */
  pathOf(jobId: string): string {
    return childOf(this.folder, entryName(jobId, reserved));
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

  /** Removes the job's folder with all that is in it; one that has no note of that job is not ours, and stays. Idempotent. */
  async remove(jobId: string): Promise<void> {
    const path = this.pathOf(jobId);
    if (!(await isFolder(path))) return;
    const note = await readNote(join(path, noteName));
    if (note?.jobId !== jobId) return rmdir(path).catch(ignoreFilled);
    const doomed = childOf(this.folder, `${doomedSign}${randomUUID()}`);
    await rename(path, doomed); // at once, note and all: half removed it would be nobody's
    await removeTree(doomed);
  }

  /** Puts one file of the job's folder where it stays when the folder goes, among the last few of its like. Undefined where there is no such file. */
  async keep(jobId: string, file: string): Promise<string | undefined> {
    const folder = join(this.folder, keptName);
    await ensurePrivateFolder(folder);
    const kept = childOf(folder, entryName(jobId, [], `-${basename(file)}`));
    const moved = await rename(file, kept).then(() => true, ignoreMissing);
    await forgetOldest(folder);
    // Run again after its answer was lost, it finds the file moved already.
    return moved || (await readIfThere(kept)) !== undefined ? kept : undefined;
  }

  /**
   * Removes the folders of jobs that are over and not in `needed`, each when `settle` has done what its job left undone. Whose job Temporal cannot be
   * asked about keeps its folder, and so does one that could not be settled.
   */
  async sweep(lookAt: LookAtRun, needed: ReadonlySet<string>, settle: SettleFolder): Promise<Swept> {
    const removed: string[] = [];
    const unsettled: string[] = [];
    let unanswered = 0;
    await this.finishRemovals();
    for (const note of await this.notes()) {
      if (needed.has(note.jobId)) continue;
      // The latest run counts: a job that was reset goes on under its id.
      const { state } = await lookAt(note.workflowId);
      if (state === 'unreachable') unanswered += 1;
      if (state !== 'closed' && state !== 'unknown') continue;
      try {
        await settle(note, this.pathOf(note.jobId));
        await this.remove(note.jobId);
        removed.push(note.jobId);
      } catch (error) {
        unsettled.push(`${note.jobId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { removed, unanswered, unsettled };
  }

  /** Bytes that an unprivileged process may still write here. */
  async freeBytes(): Promise<number> {
    await ensurePrivateFolder(this.folder);
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize;
  }

  /** Of a process that died while it removed. */
  private async finishRemovals(): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    const doomed = names.filter((name) => name.startsWith(doomedSign));
    await allEnded(doomed.map((name) => removeTree(childOf(this.folder, name))));
  }

  private async notes(): Promise<readonly SpoolNote[]> {
    const names = await readdir(this.folder).catch(() => []);
    const notes = await allEnded(names.map((name) => readNote(join(this.folder, name, noteName))));
    // A note in another job's folder says nothing about its own.
    return notes.flatMap((note, nth) => (note && basename(this.pathOf(note.jobId)) === names[nth] ? [note] : []));
  }
}

/** A link is none: what it leads to is not ours. */
async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(ignoreMissing);
  return found !== false && found.isDirectory();
}

async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

function ignoreFilled(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error;
}

async function forgetOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= keptMost) return;
  const aged = await allEnded(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  const old = aged.sort((a, b) => b.at - a.at).slice(keptMost);
  await allEnded(old.map(({ name }) => rm(join(folder, name), { force: true })));
}

function ignoreMissing(error: NodeJS.ErrnoException): false {
  if (error.code === 'ENOENT') return false;
  throw error;
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
