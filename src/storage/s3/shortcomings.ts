import { HoldfastError } from '../../model/errors';
import type { ConditionalPuts } from './conditional-puts';
import { openMultiparts } from './multipart';
import type { S3Connection } from './s3-connection';

const ofPuts: Readonly<Record<ConditionalPuts, readonly string[]>> = {
  kept: [],
  unknown: [
    'it knows no If-None-Match: of two jobs that create one object the first is found by waiting, seconds each time',
  ],
  ignored: [
    'it takes If-None-Match and overwrites all the same: of two jobs that create one object the first is found by waiting, seconds each time',
  ],
};

/** What this store cannot do, and what that means, one line each. */
export async function shortcomingsOf(connection: S3Connection, puts: ConditionalPuts): Promise<readonly string[]> {
  const uploads = await cannotListUploads(connection);
  if (uploads === undefined) return ofPuts[puts];
  const meaning = 'what a broken upload has left is found by nobody, and an upload that was interrupted begins anew';
  return [...ofPuts[puts], `it does not list unfinished uploads (${uploads}): ${meaning}`];
}

/** Why; undefined where it can. */
async function cannotListUploads(connection: S3Connection): Promise<string | undefined> {
  try {
    for await (const _ of openMultiparts(connection, '')) break;
    return undefined;
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.retried) throw error;
    return String(error.details['reason']);
  }
}
