import type { Orchestration } from './jobs';
import type { Timing } from './measure';

export interface Figures {
  readonly dump: Timing;
  readonly dumpAws: Timing;
  readonly logical: Timing;
  readonly loadAws: Timing;
  readonly logicalRestore: Timing;
  readonly base: Timing;
  readonly physical: Timing;
  readonly physicalRestore: Timing;
  readonly copy: Timing;
  readonly restBackup?: Timing;
  readonly restRestore?: Timing;
  readonly restTuned?: Timing;
  readonly restTunedRestore?: Timing;
  /** Seconds. */
  readonly downtimes: { readonly cold: number; readonly restore: number };
  readonly emptyBackup: number;
  readonly orchestration: Orchestration;
  readonly events: number;
  /** MiB. */
  readonly agentPeak: number;
}

type Row = readonly [what: string, measured: string, bar: string, met: boolean];

/** The table of the budgets: what was measured, the bar, and whether it is met. */
export function printReport(figures: Figures): void {
  const rows = [...speedRows(figures), ...otherRows(figures)];
  const width = Math.max(...rows.map(([what]) => what.length));
  console.log('');
  for (const [what, measured, bar, met] of rows)
    console.log(`${met ? 'met ' : 'MISS'}  ${what.padEnd(width)}  ${measured.padStart(10)}  (bar ${bar})`);
}

function speedRows(figures: Figures): Row[] {
  const { dump, dumpAws, logical, loadAws, logicalRestore, base, physical } = figures;
  const { physicalRestore, restBackup, restRestore, restTuned, restTunedRestore } = figures;
  return [
    ...ratio('logical backup / (pg_dump | zstd)', logical, dump, 1.15),
    ...ratio('logical backup / (pg_dump | zstd | aws s3 cp)', logical, dumpAws, 0.95),
    ...ratio('logical restore / (aws s3 cp | zstd -d | pg_restore)', logicalRestore, loadAws, 1),
    ...ratio('physical backup / (pg_basebackup | zstd)', physical, base, 1.15),
    ...ratio('physical backup / pgBackRest full', physical, restBackup, 0.7),
    ...ratio('physical backup / pgBackRest full, tuned', physical, restTuned, 0.7),
    ...ratio('physical restore / pgBackRest restore', physicalRestore, restRestore, 0.8),
    ...ratio('physical restore / pgBackRest restore, tuned', physicalRestore, restTunedRestore, 0.8),
  ];
}

function ratio(what: string, ours: Timing, theirs: Timing | undefined, bar: number): Row[] {
  if (!theirs) return [];
  const value = ours.seconds / theirs.seconds;
  return [[what, `${value.toFixed(2)} ×`, `${bar} ×`, value <= bar]];
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
    ['the whole backup of an empty database', `${Math.round(emptyBackup * 1000)} ms`, 'none', true],
    ['peak memory of the agent', `${Math.round(agentPeak)} MiB`, '250 MB', agentPeak <= 238],
    ['downtime of a cold backup beyond the bare copy', `${beyond.toFixed(1)} s`, '1 s', beyond <= 1],
    ['downtime of a restore in place', `${downtimes.restore.toFixed(1)} s`, 'seconds', downtimes.restore <= 10],
    ['history of a backup', `${events} events`, '120', events <= 120],
  ];
}
