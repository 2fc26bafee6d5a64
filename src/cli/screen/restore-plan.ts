import type { RestorePlan } from '../../model/plan';
import { formatBytes, formatTime } from './units';

/** What a restore will do, for a person who is about to say yes. */
export function describeRestorePlan(plan: RestorePlan): string {
  const target =
    plan.target.kind === 'beside' ? `beside, as ${plan.target.name}` : `in place, on unit ${plan.unit.name}`;
  return [
    `restore of ${plan.database} (${plan.method}, ${plan.engine} ${plan.serverVersion})`,
    `  backup   ${plan.backupId}, finished ${formatTime(new Date(plan.backupFinishedAt))}`,
    `  from     storage ${plan.place.storage}`,
    `  target   ${target}`,
    `  size     ${formatBytes(plan.sizes.stored)} to fetch, ${formatBytes(plan.sizes.data)} of data`,
    'what will happen:',
    ...plan.summary.map((line, index) => `  ${index + 1}. ${line}`),
  ].join('\n');
}
