import { listRepository, type RepositoryListing } from '../../client/backups';
import { readConfig } from '../../client/configuration';
import { type Define, examples } from '../command';
import { oneLine } from '../screen/printable';
import { formatTable } from '../screen/table';
import { formatTime } from '../screen/units';

export const define: Define = (command, context) => {
  command
    .argument('<database>', 'a database of the configuration')
    .option('--storage <name>', "a storage of the configuration instead of the database's own")
    .addHelpText(
      'after',
      examples(
        ['holdfast list shop', 'its backups and restores, oldest first; Temporal need not run'],
        ['holdfast list shop --storage near', 'those on another storage than its own'],
      ),
    )
    .action(async (database: string, options: { storage?: string }) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const listing = await listRepository(config, database, options.storage);
      screen.answer(listing, describeListing(listing, database, screen.width));
    });
};

const head = [
  'backup-id',
  'action',
  'status',
  'reference-backup-id',
  'LSN start/stop',
  'start-time',
  'finish-time',
  'timeline',
  'backup-path',
];

function describeListing({ place, rows }: RepositoryListing, database: string, width: number): string {
  const table = rows.map((row) => [
    row['backup-id'] ?? '',
    row.action,
    row.missing.length > 0 ? `${row.status}, incomplete` : row.status,
    row['reference-backup-id'] ?? '',
    row['lsn-start'] ? `${row['lsn-start']} / ${row['lsn-stop'] ?? ''}` : '',
    time(row['start-time']),
    time(row['finish-time']),
    row.timeline === null ? '' : String(row.timeline),
    row['backup-path'],
  ]);
  const lacking = rows.flatMap(lackingText);
  const notes = lacking.length > 0 ? `\n${lacking.join('\n')}` : '';
  return `${place}\n${rows.length ? formatTable(head, table, width) : `no backups yet; make one with: holdfast backup ${database}`}${notes}`;
}

/** What is marked in the table, in full. */
function lackingText(row: RepositoryListing['rows'][number]): string[] {
  return row.missing.length === 0 ? [] : [oneLine(`${row['backup-id']} lacks ${row.missing.join(', ')}`)];
}

function time(text: string | null): string {
  return text === null ? '' : formatTime(new Date(text));
}
