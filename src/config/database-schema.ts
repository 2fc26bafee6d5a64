import { z } from 'zod';
import { Name } from '../model/ids';
import { Compression, Method, Mode, Transfer } from '../model/job-request';
import { AbsolutePath, Duration, FolderPath, Limit, PlainText, SecretReference, ServerName } from './fields';

const argv = z
  .array(
    z
      .string()
      .min(1)
      .refine((text) => !text.includes('\0'), 'must not hold a zero byte'),
  )
  .min(1);

export const ServiceConfig = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('systemd').describe('a unit of systemd, by systemctl'),
      unit: z
        .string()
        // systemctl takes a pattern for all units that fit it
        .regex(/^(?!-)[A-Za-z0-9:_.\\@-]{1,255}$/, 'must be the name of one unit: no pattern, no path')
        .describe('systemd unit, for instance postgresql@15-main'),
    }),
    z.strictObject({
      kind: z.literal('pg_ctl').describe("PostgreSQL's own pg_ctl, on the unit's data-directory"),
      'bin-directory': AbsolutePath.optional().describe('where pg_ctl is; found if absent'),
      'log-file': AbsolutePath.optional().describe(
        "where the server writes until its own logging starts; beside the agent's state if absent",
      ),
      options: PlainText.optional().describe('passed to the server with pg_ctl -o'),
    }),
    z.strictObject({
      kind: z.literal('command').describe('programs of your own'),
      start: argv.describe('program and arguments; never a shell line'),
      stop: argv.describe('program and arguments'),
      status: argv.describe('exits 0 while the service runs, non-zero while it does not'),
      user: PlainText.optional().describe('operating system user to run them as'),
    }),
    z.strictObject({
      kind: z.literal('none').describe('it cannot be stopped: no cold backup, no restore of a whole instance'),
    }),
  ])
  .describe('how the unit is stopped and started');
export type ServiceConfig = z.infer<typeof ServiceConfig>;

export const UnitConfig = z.strictObject({
  name: PlainText.max(100).describe('name of the unit, for instance shop/0'),
  agent: Name.describe('the agent beside it'),
  host: z
    .string()
    .regex(/^(\/[^\p{Cc}]*|[^\s/,@]+)$/u, 'must be one host or address, or the absolute path of a folder')
    .default('127.0.0.1')
    .describe('where the agent reaches it: a host, or the folder of its socket'),
  port: z.number().int().min(1).max(65_535).default(5432).describe('where the database listens'),
  'data-directory': FolderPath.optional().describe(
    "data directory on the agent's host; needed by the methods physical and cold",
  ),
  service: ServiceConfig.prefault({ kind: 'none' }).describe('how the unit is stopped and started'),
});
export type UnitConfig = z.infer<typeof UnitConfig>;

const BackupDefaults = z.strictObject({
  method: Method.default('logical'),
  mode: Mode.optional().describe("online, fenced or offline; the method's own default if absent"),
  transfer: Transfer.optional().describe(
    'staged through the spool or streamed; streamed where the database keeps running',
  ),
  compression: Compression.default('zstd').describe('how artefacts are compressed'),
  'compression-level': z
    .number()
    .int()
    .min(1)
    .max(19)
    .default(1)
    .describe("level of zstd; 1 takes a quarter to a half of level 3's processor time and makes 0 to 15 % more bytes"),
  jobs: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('parallel dump jobs; above 1 the dump is staged in the directory format'),
  'require-complete': z
    .boolean()
    .default(false)
    .describe('refuse a backup that would lack anything, for instance what its role may not read'),
  'max-downtime': Limit.prefault('10m').describe('the watchdog starts the database after this if its job cannot'),
  recovery: Limit.prefault('30m').describe(
    'how long starting the database again is tried, max-downtime at least, before the job fails and calls a person; the watchdog goes on',
  ),
  timeout: Limit.prefault('24h').describe('the longest one dump, upload or verification may take'),
});

const RestoreDefaults = z.strictObject({
  'keep-previous': Duration.prefault('24h').describe('how long the data set aside is kept; 0s drops it at once'),
  jobs: z.number().int().min(1).max(64).default(2).describe('parallel load jobs'),
  'analyse-foreign': z
    .boolean()
    .default(false)
    .describe('analyse foreign tables too, which asks their servers; one that does not answer is a warning'),
  timeout: Limit.prefault('24h').describe('the longest fetch and load may take'),
});

/** Empty means unset (B2). */
const script = z
  .string()
  .regex(/^(#!|\s*$)/, { error: 'must start with a #! line', abort: true })
  .refine((text) => /^(#![ \t]*\/\S|\s*$)/.test(text), {
    error: 'must name its interpreter by an absolute path: #!/bin/sh',
    abort: true,
  })
  .refine((text) => !/^.*\r/.test(text), {
    error: 'ends its first line as Windows does, and no interpreter has such a name',
    abort: true,
  })
  .refine((text) => !text.includes('\0'), 'must not hold a zero byte')
  .transform((text) => (text.trim() === '' ? undefined : text))
  .optional();
const Hooks = z.strictObject({
  'run-before-backup': script.describe('script run first; if it fails the backup is cancelled'),
  'run-after-backup': script.describe('script run last, also after a failure; cannot fail the job'),
  'run-before-restore': script.describe('script run first; if it fails the restore is cancelled'),
  'run-after-restore': script.describe('script run last, also after a failure; cannot fail the job'),
  timeout: Limit.prefault('10m').describe('the longest one script may run'),
});

export const ScheduleConfig = z.strictObject({
  name: Name.describe('its Temporal schedule is holdfast/<database>/<name>'),
  cron: z.string().min(1).describe('five fields, or @daily and kin'),
  timezone: z.string().default('UTC').describe('UTC by default, where no run is skipped or doubled by daylight saving'),
  'catch-up': Limit.prefault('1h').describe('a run later than this is dropped'),
  jitter: Duration.prefault('0s').describe('each run starts up to this much later, at random'),
  method: Method.optional().describe("the database's own if absent"),
  mode: Mode.optional().describe(
    "the database's own if absent; the method's default where the schedule names a method",
  ),
  storage: Name.optional().describe("the database's own if absent"),
  paused: z.boolean().default(false).describe('made, but not running; a pause by hand is kept'),
});
export type ScheduleConfig = z.infer<typeof ScheduleConfig>;

const Retention = z.strictObject({
  'keep-last': z.number().int().min(1).optional().describe('newest backups'),
  'keep-daily': z.number().int().min(1).optional().describe('days, the last backup of each'),
  'keep-weekly': z.number().int().min(1).optional().describe('weeks, the last backup of each'),
  'keep-monthly': z.number().int().min(1).optional().describe('months, the last backup of each'),
  'keep-yearly': z.number().int().min(1).optional().describe('years, the last backup of each'),
});

export const DatabaseConfig = z.strictObject({
  engine: z.enum(['postgresql']).describe('what kind of database it is'),
  storage: Name.describe('where its backups go'),
  database: ServerName.optional().describe('its name in the server; the key above by default'),
  user: ServerName.default('postgres').describe('role that backs up and restores'),
  password: SecretReference.optional().describe('its password, as a reference; none for peer or trust authentication'),
  'maintenance-database': ServerName.default('postgres').describe('database to connect to while the other is renamed'),
  'bin-directory': AbsolutePath.optional().describe(
    "where the engine's tools are; the newest installed ones if absent",
  ),
  sslmode: z
    .enum(['disable', 'prefer', 'require', 'verify-ca', 'verify-full'])
    .default('prefer')
    .describe('how the connection is encrypted, in the words of libpq'),
  lock: Name.optional().describe(
    "name of the lock, for databases that share an instance; the database's name if absent",
  ),
  'lock-wait': Duration.prefault('1h').describe('how long a job waits for the lock'),
  units: z.array(UnitConfig).min(1).describe('its members, the preferred one for backups first'),
  backup: BackupDefaults.prefault({}).describe('how it is backed up, unless a job says otherwise'),
  restore: RestoreDefaults.prefault({}).describe('how it is restored'),
  hooks: Hooks.prefault({}).describe('scripts of your own around jobs, run on the agent'),
  schedules: z.array(ScheduleConfig).default([]).describe('backups that start by themselves; holdfast schedule apply'),
  retention: Retention.optional().describe('kept for later versions: nothing is deleted yet'),
});
export type DatabaseConfig = z.infer<typeof DatabaseConfig>;
