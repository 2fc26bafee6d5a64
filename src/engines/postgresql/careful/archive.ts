import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../../model/errors';
import { wholeLines } from '../../../pipeline/whole-lines';
import type { ArtefactSource } from '../../engine';
import { contentsOf, hasRoom, type Loading, restoring, spool } from '../pg-restore';
import { runTool, toldAs } from '../run-tool';
import { type FailedStatement, FailureReader, isOwnLost } from './failure-reader';

/** A dump that is read as often as it takes: from the spool, or where that has no room anew from the storage. */
export interface Archive {
  /** Option for loading by several jobs, where that is possible. */
  readonly jobs: readonly string[];
  /** Loads a part of it and goes on after what fails. Resolves to what failed. */
  load(database: string, part: readonly string[]): Promise<readonly FailedStatement[]>;
  /** Lines of its table of contents. */
  list(part: readonly string[]): Promise<readonly string[]>;
  /** Writes a choice of entries into a file, by the lines of the list, and resolves to the option that names it. */
  choose(lines: readonly string[]): Promise<string>;
}

export async function openArchive(loading: Loading, source: ArtefactSource): Promise<Archive> {
  const { context, manifest } = loading;
  const artefact = contentsOf(manifest);
  const direct = artefact.role === 'dump' && !(await hasRoom(context, artefact));
  const path = direct ? undefined : await spool(context, manifest['backup-id'], artefact, source);
  const details = { backup: manifest['backup-id'], tool: 'pg_restore' };
  const run = async (command: Parameters<typeof runTool>[1]) => {
    const read = path === undefined ? source.intoCommands(artefact, [command]) : runTool(context, command);
    await toldAs(
      'load-failed',
      details,
      read.then(() => {}),
    );
  };
  const from = path === undefined ? [] : [path];
  let choices = 0;
  return {
    jobs: path === undefined ? [] : [`--jobs=${loading.plan.jobs}`],
    async load(database, part) {
      const reader = new FailureReader();
      const command = restoring(loading, database, [...part, ...from], { goOn: true });
      await run({ ...command, accept: [0, 1], onStderrLine: reader.line });
      const { failed } = reader;
      const lost = failed.find(isOwnLost);
      const fatal = lost ?? (reader.wentOn ? undefined : failed.at(-1));
      if (fatal !== undefined)
        throw failure('load-failed', { ...details, reason: fatal.told }, new Error(fatal.reason));
      return failed;
    },
    async list(part) {
      const file = join(context.workFolder, 'contents.list');
      await run({
        program: loading.tool.program,
        telling: wholeLines,
        args: ['--list', `--file=${file}`, ...part, ...from],
      });
      return (await readFile(file, 'utf8')).split('\n').filter((line) => /^\d+; /.test(line));
    },
    async choose(lines) {
      choices += 1;
      const file = join(context.workFolder, `chosen-${choices}.list`);
      await writeFile(file, lines.join('\n'), { mode: 0o600 });
      return `--use-list=${file}`;
    },
  };
}
