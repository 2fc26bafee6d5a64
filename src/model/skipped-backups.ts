import type { SkippedBackup } from './plan';

/** What a job says of newer backups that it passed over, one line each. */
export function skippedTexts(skipped: readonly SkippedBackup[] = []): string[] {
  return skipped.map(
    ({ backupId, reason }) => `the newer backup ${backupId} was passed over, since it cannot be read: ${reason}`,
  );
}
