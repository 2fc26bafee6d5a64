import type { Client } from '@temporalio/client';
import { databaseConfig, readConfig } from '../../client/configuration';
import { requireStorage } from '../../client/configured-storage';
import { withTemporal } from '../../client/connect';
import { planRestore } from '../../client/plan-restore';
import { failure } from '../../model/errors';
import { OnError, type RestoreRequest } from '../../model/job-request';
import { type CliContext, type Define, examples, followHelp } from '../command';
import { runJob } from '../job-command';
import { publicNames } from '../public-names';
import {
  addJobOptions,
  choice,
  commonRequest,
  type JobOptions,
  wholeNumber,
  withoutUndefined,
} from '../request-options';
import { askYesNo } from '../screen/ask';
import { describeRestorePlan } from '../screen/restore-plan';

interface Options extends JobOptions {
  into?: string;
  replace?: boolean;
  jobs?: number;
  asideFirst?: boolean;
  onError?: OnError;
  acceptDifferences?: boolean;
  unit?: string;
  skipUnreadable?: boolean;
  plan?: boolean;
  yes?: boolean;
}

export const define: Define = (command, context) => {
  addJobOptions(
    command
      .argument('<database>', 'a database of the configuration')
      .argument('[backup]', 'backup id, or latest', 'latest'),
  )
    .option('--into <name>', 'restore beside the live database under this name; nothing is replaced')
    .option('--replace', 'drop the old data once the new is in service and has passed, instead of keeping it')
    .option('--aside-first', 'set the old data aside before the new is loaded under its name: out of service meanwhile')
    .option('--no-aside-first', 'load beside, also where the backup says that it needs its own name')
    .option('--jobs <n>', 'parallel load jobs', wholeNumber)
    .addOption(choice('--on-error <what>', 'what to do about parts of the backup that do not load', OnError.options))
    .option(
      '--accept-differences',
      'go on where the data differs from what the backup says of itself; the old data is kept',
    )
    .option('--skip-unreadable', 'of the latest: pass over newer backups that cannot be read, and say which')
    .option('--unit <name>', 'the unit to restore')
    .option('--plan', 'show what would happen, and stop')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        ['holdfast restore shop', 'the latest backup, after showing the plan and asking'],
        ['holdfast restore shop 2026-11-21T04:31:00Z --plan', 'only show what would happen'],
        ['holdfast restore shop --into shop_copy --yes', 'beside the live database'],
        ['holdfast restore shop --skip-unreadable', 'the latest one that can be read; those passed over are named'],
        ['holdfast restore shop --accept-differences', 'after a restore that was refused for differences'],
        [
          'holdfast restore shop --on-error continue',
          'all that loads; the rest is told with what mends it (exit code 9)',
        ],
      ) + followHelp,
    )
    .action(async (database: string, backup: string, options: Options) => {
      const { config } = await readConfig(context().configPath);
      databaseConfig(config, database);
      if (options.storage !== undefined) requireStorage(config, options.storage);
      await withTemporal(config, (client) =>
        restore(client, restoreRequest(database, backup, options), options, context()),
      );
    });
};

async function restore(
  client: Client,
  request: RestoreRequest,
  options: Options,
  { screen }: CliContext,
): Promise<void> {
  if (options.plan || !options.yes) {
    if (!options.plan) requireSomebody(screen);
    screen.note(screen.colors.dim('planning and checking; nothing is touched …'));
    const plan = await planRestore(client, request);
    const text = describeRestorePlan(plan);
    if (options.plan) return screen.answer(publicNames(plan), text);
    screen.note(text);
    // What was shown is what is restored, also if a newer backup comes meanwhile.
    request = { ...request, 'backup-id': plan.backupId };
    await requireConsent(request.database);
  }
  await runJob(client, 'restore', request, options.detach === true, screen);
}

function requireSomebody({ canAsk }: CliContext['screen']): void {
  const reason = 'a restore asks first, and there is nobody to ask: give --yes, or --plan to only look';
  if (!canAsk) throw failure('usage-wrong', { reason, command: 'restore' });
}

async function requireConsent(database: string): Promise<void> {
  if (await askYesNo(`Restore ${database}?`)) return;
  throw failure('not-confirmed', { operation: `restore of ${database}`, command: 'restore' });
}

function restoreRequest(database: string, backup: string, options: Options): RestoreRequest {
  const { into, replace, jobs, unit, onError, acceptDifferences, asideFirst, skipUnreadable } = options;
  const chosen = { 'on-error': onError, 'accept-differences': acceptDifferences, 'aside-first': asideFirst };
  return {
    ...commonRequest(database, options),
    'backup-id': backup,
    ...withoutUndefined({ into, replace, jobs, unit, ...chosen, 'skip-unreadable': skipUnreadable }),
  };
}
