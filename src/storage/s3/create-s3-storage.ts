import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3StorageConfig } from '../../config/storage-schema';
import { concurrently } from '../concurrently';
import { checkKey, checkPrefix } from '../keys';
import { createSettled, type Settling } from '../settled-create';
import type { IsOrphan, Storage } from '../storage';
import { askOnce } from './conditional-puts';
import { abortMultipart, type Multipart, openMultiparts } from './multipart';
import { type PartMemory, sharedPartMemory } from './part-memory';
import { partSchedule } from './part-schedule';
import { openPartSpace } from './part-space';
import { redactAttributes } from './request-headers';
import { prepareBucket } from './s3-bucket';
import { defaultTimeouts, type S3Timeouts } from './s3-client';
import { connectS3, type S3Connection } from './s3-connection';
import { deleteObjects, listFolders, listObjects } from './s3-listing';
import { createObject, getObject, headObject, putObject } from './s3-objects';
import { downloadObject } from './s3-range';
import { S3Upload } from './s3-upload';
import { shortcomingsOf } from './shortcomings';

export interface S3StorageOptions {
  readonly name: string;
  readonly config: S3StorageConfig;
  readonly accessKey: string;
  readonly secretKey: string;
  /** With their references resolved; as configured if absent. They are shown as configured. */
  readonly attributes?: readonly string[];
  /** Where parts go that are too large for memory (of objects above some 40 GiB); below the system's temporary folder if absent. */
  readonly spillFolder?: string;
  readonly timeouts?: Partial<S3Timeouts>;
  /** How those who create an object agree where the store itself cannot say who was first. */
  readonly settling?: Settling;
  /** Shared by all uploads of the process if absent. */
  readonly memory?: PartMemory;
}

/** A bucket as a storage. Connects to nothing yet; throws `storage-tls` or `storage-refused` for settings that cannot be honoured. */
export function createS3Storage(options: S3StorageOptions): Storage {
  const { name, config, memory = sharedPartMemory, spillFolder = join(tmpdir(), 'holdfast-spill') } = options;
  const connection = connectS3(name, config, options, { ...defaultTimeouts, ...options.timeouts });
  const storageClass = config['storage-class'] || undefined;
  const settings = {
    schedule: partSchedule({
      firstPart: config['part-size'],
      maxParts: config['max-parts'],
      maxObject: config['max-object'],
    }),
    parallelParts: config['parallel-parts'],
    storageClass,
    md5: { demanded: false },
    openSpace: () => openPartSpace(memory, spillFolder),
  };
  const known = (key: string) => {
    checkKey(connection, key);
    return key;
  };
  const under = (prefix: string) => {
    checkPrefix(connection, prefix);
    return prefix;
  };
  const conditionalPuts = askOnce(connection, storageClass);
  const plain = {
    name,
    place: connection.place,
    put: async (key: string, content: Uint8Array | string) => {
      const body = Buffer.from(content as Uint8Array);
      await connection.run('write', () => putObject(connection, known(key), body, { storageClass }), { key });
    },
    get: async (key: string) => getObject(connection, known(key)),
    list: (prefix: string) => listObjects(connection, under(prefix)),
    delete: async (keys: readonly string[]) => deleteObjects(connection, keys.map(known)),
  };
  return {
    ...plain,
    kind: 's3',
    redacted: redactedConfig(connection, config),
    prepare: () => prepareBucket(connection),
    create: async (key, content) => {
      const body = Buffer.from(content as Uint8Array);
      if ((await conditionalPuts(known(key))) === 'kept') return createObject(connection, key, body, storageClass);
      return createSettled(plain, key, body, options.settling);
    },
    head: async (key) => headObject(connection, known(key)),
    listFolders: async (prefix) => listFolders(connection, under(prefix)),
    upload: async (key, transfer = {}) => new S3Upload(connection, known(key), settings, transfer),
    download: async (key, transfer = {}) => downloadObject(connection, known(key), transfer),
    sweep: async (prefix, olderThan, isOrphan) => sweepMultiparts(connection, under(prefix), olderThan, isOrphan),
    shortcomings: async (database) => shortcomingsOf(connection, await conditionalPuts(`${database}/`)),
  };
}

async function sweepMultiparts(
  connection: S3Connection,
  prefix: string,
  olderThan: Date,
  isOrphan: IsOrphan = async () => true,
): Promise<string[]> {
  const orphans: Multipart[] = [];
  for await (const upload of openMultiparts(connection, prefix))
    if (upload.begun < olderThan && (await isOrphan(upload.key))) orphans.push(upload);
  await concurrently(8, orphans, (orphan) => abortMultipart(connection, orphan));
  return orphans.map(({ key }) => key);
}

/** In the words of the s3 interface. */
function redactedConfig({ bucket, prefix }: S3Connection, config: S3StorageConfig): Record<string, unknown> {
  const chain = config['tls-ca-chain'];
  const words = {
    bucket,
    path: prefix.slice(0, -1) || undefined,
    endpoint: config.endpoint && withoutPassword(config.endpoint),
    region: config.region,
    's3-uri-style': config['uri-style'],
    'storage-class': config['storage-class'],
    'tls-ca-chain': typeof chain === 'string' ? [chain] : chain,
    's3-api-version': config['s3-api-version'],
    attributes: config.attributes.length > 0 ? redactAttributes(config.attributes) : undefined,
    'access-key': 'redacted',
    'secret-key': 'redacted',
  };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}

function withoutPassword(endpoint: string): string {
  const url = new URL(endpoint);
  return url.username === '' && url.password === '' ? endpoint : `${url.protocol}//redacted@${url.host}${url.pathname}`;
}
