import type { Orchestration } from './jobs';
import type { Timing } from './measure';

/** Seconds of every contestant, by name; those that could not run are missing. */
export interface Figures {
  readonly times: Readonly<Record<string, Timing>>;
  readonly copy: Timing;
  /** Seconds. */
  readonly downtimes: { readonly cold: number; readonly restore: number };
  readonly emptyBackup: number;
  readonly orchestration: Orchestration;
  readonly events: number;
  /** MiB. */
  readonly agentPeak: number;
}

type Row = readonly [what: string, measured: string, bar: string, met: boolean | undefined];

/** Ours, theirs, and the most that ours may take of their time; without a bar it is told for comparison only. */
const comparisons: readonly (readonly [ours: string, theirs: string, bar?: number])[] = [
  ['holdfast logical', 'pg_dump | zstd', 1.15],
  ['holdfast logical', 'pg_dump | zstd | aws s3 cp', 0.95],
  ['holdfast logical', 'pg_dump | zstd -1'],
  ['holdfast logical, level 3', 'pg_dump | zstd'],
  ['holdfast logical, level 3', 'pg_dump | zstd | aws s3 cp', 0.95],
  ['pg_dump | zstd | aws s3 cp', 'pg_dump | zstd'],
  ['holdfast logical restore', 'aws s3 cp | zstd -d | pg_restore', 1],
  ['holdfast physical, level 3', 'pg_basebackup | zstd'],
  ['holdfast physical, level 3', 'pgbackrest full', 0.7],
  ['holdfast physical', 'pgbackrest full, bundled, level 1', 0.7],
  ['holdfast physical restore, level 3', 'pgbackrest restore', 0.8],
  ['holdfast physical restore', 'pgbackrest restore, bundled, level 1', 0.8],
];

/** The table of the budgets: what was measured, the bar, and whether it is met. */
export function printReport(figures: Figures): void {
  const rows = [...comparisons.flatMap((each) => ratio(figures.times, ...each)), ...otherRows(figures)];
  const width = Math.max(...rows.map(([what]) => what.length));
  console.log('');
  for (const [what, measured, bar, met] of rows)
    console.log(`${verdict(met)}  ${what.padEnd(width)}  ${measured.padStart(10)}  ${bar && `(bar ${bar})`}`.trimEnd());
}

function verdict(met: boolean | undefined): string {
  if (met === undefined) return '    ';
  return met ? 'met ' : 'MISS';
}

function ratio(times: Figures['times'], ours: string, theirs: string, bar?: number): Row[] {
  const [our, their] = [times[ours], times[theirs]];
  if (!our || !their) return [];
  const value = our.seconds / their.seconds;
  const judged = bar === undefined ? undefined : value <= bar;
  return [[`${ours} / ${theirs}`, `${value.toFixed(2)} ×`, bar === undefined ? '' : `${bar} ×`, judged]];
}

function otherRows({ orchestration, emptyBackup, agentPeak, downtimes, copy, events }: Figures): Row[] {
  const beyond = downtimes.cold - copy.seconds;
  return [
    [
      'orchestration of an empty backup, between its steps',
      `${Math.round(orchestration.between * 1000)} ms`,
      '500 ms',
      orchestration.between <= 0.5,
    ],
    ['the whole backup of an empty database', `${Math.round(emptyBackup * 1000)} ms`, '', undefined],
    ['peak memory of the agent', `${Math.round(agentPeak)} MiB`, '250 MB', agentPeak <= 250e6 / 2 ** 20],
    ['downtime of a cold backup beyond the bare copy', `${beyond.toFixed(1)} s`, '1 s', beyond <= 1],
    ['downtime of a restore in place', `${downtimes.restore.toFixed(1)} s`, 'seconds', downtimes.restore <= 10],
    ['history of a backup', `${events} events`, '120', events <= 120],
  ];
}
