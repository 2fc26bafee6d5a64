/** A thing that a step does to the outside, by which its middle is known. */
export type Deed =
  /** A child process whose arguments match. It is held `first`, before it does anything; `halfway`, when half of its output was written; `last`, when it has ended. */
  | {
      readonly kind: 'tool';
      readonly tool: string;
      readonly match?: string;
      readonly held: 'first' | 'halfway' | 'last';
    }
  /** A request to the store, by its command and key. */
  | { readonly kind: 's3'; readonly command: string; readonly key: string; readonly held: 'before' | 'after' }
  /** A statement, held before it is sent. */
  | { readonly kind: 'sql'; readonly match: string }
  /** A directory renamed, held after; by ourselves, or by mv as its owner. */
  | { readonly kind: 'rename'; readonly match: string }
  /** A file or folder removed, held before; by ourselves, or by rm as its owner. */
  | { readonly kind: 'remove'; readonly match: string };

const stores = '^(PutObject|UploadPart)Command$';

/** What the middle of a step is. Patterns are regular expressions. */
const common: Readonly<Record<string, Deed>> = {
  planBackup: { kind: 's3', command: stores, key: 'RESERVED', held: 'after' },
  planRestore: { kind: 's3', command: '^GetObjectCommand$', key: 'manifest\\.json', held: 'after' },
  checkDatabase: { kind: 'sql', match: 'SELECT' },
  checkStorage: { kind: 's3', command: stores, key: 'probes/', held: 'after' },
  runHook: { kind: 'tool', tool: '^run-before', held: 'first' },
  'runHook:after': { kind: 'tool', tool: '^run-after', held: 'first' },
  stopDatabase: { kind: 'tool', tool: '^pg_ctl$', match: ' stop ', held: 'first' },
  fenceDatabase: { kind: 'sql', match: 'ALLOW_CONNECTIONS' },
  startDatabase: { kind: 'tool', tool: '^pg_ctl$', match: ' start ', held: 'last' },
  unfenceDatabase: { kind: 'sql', match: 'ALLOW_CONNECTIONS|RESET' },
  checkHealth: { kind: 'sql', match: 'SELECT' },
  uploadArtefacts: { kind: 's3', command: stores, key: 'data/', held: 'after' },
  uploadLogs: { kind: 's3', command: stores, key: 'logs/', held: 'before' },
  sealBackup: { kind: 's3', command: stores, key: '(manifest\\.json|COMPLETE)$', held: 'after' },
  compareDatabase: { kind: 'sql', match: 'SELECT' },
  cleanSpool: { kind: 'rename', match: 'spool/' },
  recordJob: { kind: 's3', command: stores, key: 'jobs/', held: 'before' },
};

const own: Readonly<Record<string, Readonly<Record<string, Deed>>>> = {
  online: { runDump: { kind: 'tool', tool: '^pg_dump$', held: 'halfway' } },
  cold: { runDump: { kind: 'tool', tool: '^tar$', match: '--create', held: 'halfway' } },
  restore: {
    loadBackup: { kind: 'tool', tool: '^pg_restore$', match: '--section=data', held: 'first' },
    swapDatabase: { kind: 'sql', match: 'RENAME TO' },
    dropPrevious: { kind: 'sql', match: 'DROP DATABASE' },
  },
  'restore-cold': {
    // looks at files alone
    checkDatabase: { kind: 'tool', tool: '^pg_controldata$', held: 'last' },
    loadBackup: { kind: 'tool', tool: '^tar$', match: '--extract', held: 'first' },
    swapDatabase: { kind: 'rename', match: '/data' },
    dropPrevious: { kind: 'remove', match: 'data' },
  },
};

export function middleOf(scenario: string, step: string): Deed | undefined {
  return own[scenario]?.[step] ?? common[step];
}

export function hasMiddle(scenario: string, step: string): boolean {
  return middleOf(scenario, step) !== undefined;
}
