import { readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { applyChanges } from '../../client/schedules/apply';
import { type Change, changesNeeded } from '../../client/schedules/changes';
import { desiredSchedules } from '../../client/schedules/desired';
import { existingSchedules } from '../../client/schedules/existing';
import { failure } from '../../model/errors';
import type { CliContext } from '../command';
import { askYesNo } from '../screen/ask';
import type { Screen } from '../screen/screen';
import { formatTable } from '../screen/table';

/** Shows what has to change, asks, and carries it out. */
export async function applySchedules(
  { screen, configPath }: CliContext,
  { plan, yes }: { plan?: boolean; yes?: boolean },
): Promise<void> {
  const { config } = await readConfig(configPath);
  const desired = desiredSchedules(config);
  await withTemporal(config, async (client) => {
    const changes = changesNeeded(
      desired,
      await existingSchedules(
        client,
        desired.map(({ id }) => id),
      ),
    );
    const shown = changes.map(shownChange);
    if (changes.length === 0) return screen.answer({ changes: [], applied: true }, describeNothing(desired.length));
    if (plan) return screen.answer({ changes: shown, applied: false }, describeChanges(changes));
    screen.note(describeChanges(changes));
    if (!yes) await requireConsent(screen);
    await applyChanges(client, changes);
    const many = changes.length > 1 ? 's' : '';
    screen.answer({ changes: shown, applied: true }, `applied ${changes.length} change${many}`);
  });
}

async function requireConsent({ canAsk }: Screen): Promise<void> {
  const reason = 'there is nobody to ask: give --yes, or --plan to only look';
  if (!canAsk) throw failure('usage-wrong', { reason, command: 'schedule apply' });
  if (await askYesNo('Apply?')) return;
  throw failure('not-confirmed', { operation: 'changes of schedules', command: 'schedule apply' });
}

function describeNothing(schedules: number): string {
  if (schedules === 0) return 'nothing to change: the configuration has no schedules, and Temporal has none of ours';
  return `nothing to change: ${schedules === 1 ? 'the schedule is' : `all ${schedules} schedules are`} as configured`;
}

function describeChanges(changes: readonly Change[]): string {
  const rows = changes.map((change) => {
    const { cron = '', timezone = '' } = 'desired' in change ? change.desired.config : {};
    return [change.kind, change.id, cron, timezone, 'differs' in change ? change.differs.join(', ') : ''];
  });
  return formatTable(['change', 'schedule', 'cron', 'zone', 'differs in'], rows);
}

/** For programs. */
function shownChange(change: Change): object {
  return {
    change: change.kind,
    schedule: change.id,
    ...('differs' in change && { 'differs-in': change.differs }),
  };
}
