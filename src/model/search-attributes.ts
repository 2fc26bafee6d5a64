/** The five search attributes, all of type Keyword; they are plain text in Temporal: never a secret. */
export const searchAttributes = {
  database: 'HoldfastDatabase',
  jobType: 'HoldfastJobType',
  phase: 'HoldfastPhase',
  backupId: 'HoldfastBackupId',
  unit: 'HoldfastUnit',
} as const;
