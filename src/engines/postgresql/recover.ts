import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { serverLog } from '../../pipeline/server-log';
import type { EngineContext } from '../engine';
import { type ControlData, readControlData } from './control-data';
import type { Owner } from './owner';
import { type OwnerWork, writeAsOwner } from './owner-work';
import { runTool } from './run-tool';
import { findTool } from './tools';

export interface Recovery {
  readonly directory: string;
  readonly owner: Owner;
  readonly major: number;
  /** Timelines up to this one are given away already. */
  readonly taken: number;
  /** How the live server gets files out of its archive; '' where it has no way. It is asked for histories of timelines alone. */
  readonly restoreCommand: string;
}

/**
 * Lets a server of its own recover the directory from the log that is in it, onto a timeline that was never used, and stop cleanly. It runs in single-user
 * mode: no port, no socket, no background process, nothing of the cluster's own code. Whatever the directory's own settings say about recovery is overruled
 * by arguments, so that nothing has to be written into its configuration. Resolves to what the directory then says of itself.
 */
export async function recover(context: EngineContext, recovery: Recovery): Promise<ControlData> {
  const { directory, owner, major } = recovery;
  const { program } = await findTool(context, 'postgres', { kind: 'same', server: major });
  const before = await readControlData(context, directory, major);
  await requestRecovery(directory, { context, owner });
  context.report('recovery onto a new timeline');
  const settings = Object.entries({ ...neutral, ...before.settings, restore_command: findingTaken(before, recovery) });
  const args = ['--single', '-D', directory, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const command = { program, args: [...args, 'template1'], user: owner.name, unlogged: isNoise, telling: serverLog };
  // It may not get into the database and has recovered all the same: the control file tells.
  const failed = await runTool(context, command).then(
    () => undefined,
    (error: unknown) => error,
  );
  context.signal.throwIfAborted();
  const after = await readControlData(context, directory, major);
  if (after.state === 'shut down' && after.timeline > before.timeline) return after;
  throw failed ?? new Error(`the server recovered to "${after.state}" on timeline ${after.timeline}`);
}

/** A server that finds this file recovers as from an archive, and ends on a new timeline; it removes the file when it has. */
export async function requestRecovery(directory: string, work: OwnerWork): Promise<void> {
  const file = join(directory, 'recovery.signal');
  await rm(file, { force: true });
  await writeAsOwner(file, '', work);
}

/** Nothing but the log in the directory, to its end. */
const neutral = {
  config_file: '/dev/null',
  recovery_target: '',
  recovery_target_lsn: '',
  recovery_target_name: '',
  recovery_target_time: '',
  recovery_target_xid: '',
  recovery_target_action: 'promote',
  recovery_target_timeline: 'current',
  recovery_end_command: '',
  archive_cleanup_command: '',
  archive_mode: 'off',
  hot_standby: 'off',
  // it is written out as a whole afterwards
  fsync: 'off',
  shared_buffers: '128MB',
  huge_pages: 'off',
  shared_preload_libraries: '',
  session_preload_libraries: '',
  local_preload_libraries: '',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_min_messages: 'warning',
  log_line_prefix: '',
  lc_messages: 'C',
} as const;

/**
 * The server asks for the history of one timeline after the other, and takes the first number that has none. Of those that are taken it is told that there
 * is one; of later ones the archive knows, and is given a minute for each.
 */
function findingTaken({ timeline }: ControlData, { taken, restoreCommand }: Recovery): string {
  const archive = restoreCommand === '' ? 'exit 1' : `timeout 60 sh -c '${restoreCommand.replaceAll("'", "'\\''")}'`;
  return [
    'f="%f"; n="${f%%.history}"',
    'if [ "$f" = "$n" ]; then exit 1',
    `elif [ $((0x$n)) -gt ${timeline} ] && [ $((0x$n)) -le ${taken} ]; then echo "# taken" > "%p"`,
    `else ${archive} || exit 1; fi`,
  ].join('; ');
}

const isNoise = (line: string) => /temporary files and directories not closed/.test(line);
