import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { configTemplate } from '../../client/configuration';
import { failure } from '../../model/errors';
import { type Define, examples } from '../command';

export const define: Define = (command, context) => {
  command
    .argument('[file]', 'where to write it', 'holdfast.yaml')
    .option('--force', 'write over an existing file')
    .addHelpText(
      'after',
      examples(
        ['holdfast init', 'write holdfast.yaml here, then edit it'],
        ['holdfast init /etc/holdfast/holdfast.yaml', 'for the whole machine'],
      ),
    )
    .action(async (file: string, { force }: { force?: boolean }) => {
      const { screen, configPath } = context();
      const path = resolve(configPath ?? file);
      await writeNew(path, configTemplate({ databaseName: 'shop' }), force === true);
      screen.answer({ file: path }, `wrote ${path}\n  edit it, then check it with: holdfast doctor`);
    });
};

async function writeNew(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? 'w' : 'wx', mode: 0o640 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'EEXIST'
        ? `"${path}" exists already: give --force to write over it`
        : `cannot write "${path}" (${code})`;
    throw failure('usage-wrong', { reason, command: 'init' }, cause);
  }
}
