import { createHash } from 'node:crypto';
import { ListPartsCommand } from '@aws-sdk/client-s3';
import { HoldfastError } from '../../model/errors';
import { abortMultipart, address, type Multipart, openMultiparts, type SentPart } from './multipart';
import { PageGuard } from './page-guard';
import type { Part } from './part';
import type { S3Connection } from './s3-connection';

interface ArrivedPart {
  readonly bytes: number;
  readonly etag: string;
}

/** An upload that was begun in another life, and what the store has of it. */
export interface ArrivedParts {
  readonly multipart: Multipart;
  /** The part of this number as the store has it, if it is byte for byte the given one: by size and MD5, which is what its ETag is. */
  same(number: number, part: Part): Promise<SentPart | undefined>;
}

/**
 * The latest upload of this key that was never completed; undefined where there is none, or where the keys do not allow to look. Earlier ones are ended.
 * Where a store's ETags are no MD5 (encryption with a managed key) no part counts as the same.
 */
export async function findArrived(connection: S3Connection, key: string): Promise<ArrivedParts | undefined> {
  try {
    const multipart = await latestOf(connection, key);
    if (multipart === undefined) return undefined;
    const parts = await partsOf(connection, multipart);
    return { multipart, same: (number, part) => samePart(parts.get(number), number, part) };
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'storage-network') throw error;
    return undefined; // going on is an offer: without it the upload begins anew
  }
}

/** Ends what was begun under this key and will not be gone on with. Never rejects: what stays is found by the sweep. */
export async function abortArrived(connection: S3Connection, key: string): Promise<void> {
  try {
    for (const upload of await uploadsOf(connection, key)) await abortMultipart(connection, upload);
  } catch {
    // the object is complete
  }
}

async function uploadsOf(connection: S3Connection, key: string): Promise<readonly (Multipart & { begun: Date })[]> {
  const found: (Multipart & { begun: Date })[] = [];
  for await (const upload of openMultiparts(connection, key)) if (upload.key === key) found.push(upload);
  return found;
}

async function latestOf(connection: S3Connection, key: string): Promise<Multipart | undefined> {
  const found = await uploadsOf(connection, key);
  const [latest, ...older] = found.toSorted((a, b) => b.begun.getTime() - a.begun.getTime());
  for (const upload of older) await abortMultipart(connection, upload);
  return latest;
}

async function partsOf(connection: S3Connection, { key, uploadId }: Multipart): Promise<Map<number, ArrivedPart>> {
  const parts = new Map<number, ArrivedPart>();
  const guard = new PageGuard(connection, 'list parts');
  let after: string | undefined;
  do {
    const input = { ...address(connection, key), UploadId: uploadId, PartNumberMarker: after };
    const list = () => connection.client.send(new ListPartsCommand(input));
    const page = await connection.run('list parts', list, { key });
    for (const { PartNumber, Size, ETag } of page.Parts ?? []) {
      if (PartNumber !== undefined && Size !== undefined && ETag) parts.set(PartNumber, { bytes: Size, etag: ETag });
    }
    after = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    if (after !== undefined) guard.goOnFrom(after);
  } while (after !== undefined);
  return parts;
}

async function samePart(arrived: ArrivedPart | undefined, number: number, part: Part): Promise<SentPart | undefined> {
  if (arrived === undefined || arrived.bytes !== part.bytes) return undefined;
  const hash = createHash('md5');
  for await (const chunk of part.open()) hash.update(chunk as Buffer);
  if (arrived.etag.replaceAll('"', '').toLowerCase() !== hash.digest('hex')) return undefined;
  return { PartNumber: number, ETag: arrived.etag };
}
