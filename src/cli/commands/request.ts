import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { databaseConfig, readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { type RequestedJob, readInterfaceRequest } from '../../client/interface-requests';
import { failure } from '../../model/errors';
import { type Define, examples, followHelp } from '../command';
import { runRequest } from '../run-request';
import { askYesNo } from '../screen/ask';
import type { Screen } from '../screen/screen';

export const define: Define = (command, context) => {
  command
    .argument('<database>', 'the database of the configuration that the request is for')
    .argument('[file]', 'the request as JSON, one job or a list under "jobs"; - is standard input', '-')
    .option('--detach', 'start the jobs and return at once')
    .option('--yes', 'do not ask before a restore')
    .addHelpText(
      'after',
      `
The storage that each job describes has to be one of the configuration, which keeps its keys: leave them out, or write "redacted".
${examples(
  ['holdfast request shop request.json', 'run its jobs and follow them to their ends'],
  ['holdfast request shop --json < request.json', 'answers {"jobs": […]}, as the interface has results'],
)}${followHelp}`,
    )
    .action(async (database: string, file: string, { detach, yes }: { detach?: boolean; yes?: boolean }) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      databaseConfig(config, database);
      const jobs = readInterfaceRequest(await read(file), config, database);
      if (!yes) await requireConsent(database, jobs, screen, file === '-');
      await withTemporal(config, (client) => runRequest(client, jobs, detach === true, screen));
    });
};

async function read(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (cause) {
    const reason = `cannot read "${file}" (${(cause as NodeJS.ErrnoException).code})`;
    throw failure('usage-wrong', { reason, command: 'request' }, cause);
  }
}

async function requireConsent(
  database: string,
  jobs: readonly RequestedJob[],
  { canAsk }: Screen,
  inputIsTaken: boolean,
): Promise<void> {
  const restores = jobs.filter(({ jobType }) => jobType === 'restore');
  if (restores.length === 0) return;
  const reason = 'a restore is asked for, and there is nobody to ask: give --yes';
  if (!canAsk || inputIsTaken) throw failure('usage-wrong', { reason, command: 'request' });
  const ids = restores.map(({ request }) => request['job-id']).join(', ');
  if (await askYesNo(`Restore ${database} (${ids})?`)) return;
  throw failure('not-confirmed', { operation: `restore of ${database}`, command: 'request' });
}
