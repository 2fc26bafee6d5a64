import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../model/errors';
import type { EngineContext } from '../engine';
import { settleArchive, waitingFor } from './archive-status';
import { type Continuation, readContinuation } from './continuation';
import { readControlData } from './control-data';
import { exists, majorIn } from './data-directory';
import { type Owner, ownerOf } from './owner';
import { recover, requestRecovery } from './recover';
import { runTool } from './run-tool';
import { findTool } from './tools';
import { keepUnlogged } from './unlogged-files';

/** Of a server that was no standby. */
const cleanStop = 'shut down';

export interface Restored {
  readonly directory: string;
  readonly owner: Owner;
  readonly major: number;
  readonly backup: string;
  readonly beside: boolean;
  readonly continuation: Continuation;
  /** Tells people, in the log and in the result. */
  readonly warn: (text: string) => void;
}

/**
 * A server that goes on from a moment of the past writes another history than the one that its archive has from there on. So the restored directory is
 * recovered onto a timeline of its own, here and now, while the live server still runs: what is swapped in starts as after a clean stop. Resolves to the
 * timeline; undefined where it keeps its own, since nobody archives it or it follows another server.
 */
export async function beginTimeline(context: EngineContext, restored: Restored): Promise<number | undefined> {
  const { directory, owner, major, continuation, beside } = restored;
  if (await staysStandby(restored)) return undefined;
  const control = await readControlData(context, directory, major);
  if (control.settings['wal_level'] === 'minimal') return undefined; // such a log can neither be archived nor recovered from
  // Its links lead elsewhere for now: a server would make them as they were.
  await rm(join(directory, 'tablespace_map'), { force: true });
  const made = await tablespacesMadeIn(context, restored, control.redo);
  if (made.length === 0) return recoverNow(context, restored, continuation);
  if (beside) {
    const reason = `tablespace folder ${made.join(', ')} was made during the backup, and would be written to by the copy: restore in place`;
    throw failure('load-failed', { backup: restored.backup, tool: 'recovery', reason });
  }
  context.log.line(
    'restore',
    `tablespace folder ${made.join(', ')} was made during the backup: recovered after the swap`,
  );
  await requestRecovery(directory, { context, owner });
  return continuation.timeline;
}

/** What could not be recovered as long as the live server had its folders. Does nothing where nothing is left to be done. */
export async function endRecovery(context: EngineContext, directory: string): Promise<void> {
  if (!(await exists(join(directory, 'recovery.signal')))) return;
  const continuation = await readContinuation(context);
  const major = await majorIn(directory);
  if (continuation === undefined || major === undefined) return;
  const warn = (text: string) => context.log.line('restore', `WARNING: ${text}`);
  await recoverNow(context, { directory, major, owner: await ownerOf(directory), warn }, continuation);
}

async function recoverNow(
  context: EngineContext,
  restored: Pick<Restored, 'directory' | 'owner' | 'major' | 'warn'>,
  { timeline, restoreCommand }: Continuation,
): Promise<number> {
  const { directory, owner } = restored;
  const waiting = await waitingFor(directory);
  if (waiting.length > 0) {
    const what = `${waiting.length} files of the log from ${waiting[0]} on`;
    restored.warn(`${what} were not archived when the backup was made: see whether the archive has them`);
  }
  const { state } = await readControlData(context, directory, restored.major);
  const recovering = () => recover(context, { ...restored, taken: timeline - 1, restoreCommand });
  const recovered = await (state === cleanStop ? keepUnlogged(directory, recovering) : recovering());
  await settleArchive(directory, recovered.timeline, { context, owner });
  context.log.line('restore', `it goes on on timeline ${recovered.timeline}, which is new`);
  return recovered.timeline;
}

/** A standby that is restored stays one. Anything else becomes a server of its own, also a copy of a standby. */
async function staysStandby({ directory, beside, continuation, warn }: Restored): Promise<boolean> {
  const signal = join(directory, 'standby.signal');
  const wasStandby = await exists(signal);
  const isStandby = continuation.standby && !beside;
  if (wasStandby && isStandby) {
    warn('it is a standby, and follows its primary from the moment of the backup on to now');
    return true;
  }
  if (wasStandby) warn('the backup is of a standby; restored it is a server of its own, which follows nobody');
  if (isStandby) warn('the unit was a standby; restored it is a server of its own, which follows nobody');
  if (wasStandby) await rm(signal);
  return false;
}

/** Folders of tablespaces that the log to be recovered makes: as the log has them, which is where the live server has its own. */
async function tablespacesMadeIn(
  context: EngineContext,
  { directory, major }: Restored,
  redo: string,
): Promise<string[]> {
  const label = await readFile(join(directory, 'backup_label'), 'utf8').catch(() => '');
  const { state, timeline } = await readControlData(context, directory, major);
  if (label === '' && state === cleanStop) return [];
  const [, start = redo] = /^START WAL LOCATION: (\S+)/m.exec(label) ?? [];
  const [, on = String(timeline)] = /^START TIMELINE: (\d+)/m.exec(label) ?? [];
  const { program } = await findTool(context, 'pg_waldump', { kind: 'same', server: major });
  const which = [`--path=${join(directory, 'pg_wal')}`, `--timeline=${on}`, `--start=${start}`, '--rmgr=Tablespace'];
  // it always ends badly, where the log ends
  const records = await runTool(context, { program, args: which, accept: [0, 1], unlogged: () => true });
  return [...records.matchAll(/desc: CREATE \d+ "(.*)"/g)].map(([, folder]) => `"${folder}"`);
}
