import { randomBytes } from 'node:crypto';
import type { S3Connection } from './s3-connection';
import { s3Code, s3Status } from './s3-failure';
import { deleteObjects } from './s3-listing';
import { putObject } from './s3-objects';

/** Whether a store writes an object only where there is none yet, when it is asked to: many do, some do not know the condition, some pass over it. */
export type ConditionalPuts = 'kept' | 'unknown' | 'ignored';

/** Asks the store, once for as long as this storage is open; `key` says whose folder may be written to. Rejects with a storage error. */
export type AskConditionalPuts = (key: string) => Promise<ConditionalPuts>;

export function askOnce(connection: S3Connection, storageClass: string | undefined): AskConditionalPuts {
  let answer: Promise<ConditionalPuts> | undefined;
  return (key) => {
    answer ??= ask(connection, key, storageClass).catch((error) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}

/** Writes twice under one name, with different contents: the second must be refused. Also where others ask at the same time, since all use that name. */
async function ask(connection: S3Connection, key: string, storageClass: string | undefined): Promise<ConditionalPuts> {
  const [database] = key.split('/');
  const probe = `${database}/probes/conditional-put`;
  try {
    for (let nth = 1; nth <= 2; nth++) {
      const answer = await putOnce(connection, probe, storageClass);
      if (answer !== 'written') return answer;
    }
    return 'ignored';
  } finally {
    await deleteObjects(connection, [probe]).catch(() => undefined); // it may stay: then the first answer tells already
  }
}

function putOnce(
  connection: S3Connection,
  probe: string,
  storageClass: string | undefined,
): Promise<'written' | 'kept' | 'unknown'> {
  const content = Buffer.from(`${randomBytes(8).toString('hex')}\n`);
  const attempt = async () => {
    try {
      await putObject(connection, probe, content, { storageClass, onlyIfAbsent: true });
      return 'written' as const;
    } catch (error) {
      if (s3Status(error) === 412) return 'kept' as const;
      if (isUnknown(error)) return 'unknown' as const;
      throw error;
    }
  };
  return connection.run('ask about conditions', attempt, { key: probe });
}

/** The store has no such request, or no such condition. */
export function isUnknown(error: unknown): boolean {
  return s3Code(error) === 'NotImplemented' || s3Status(error) === 501;
}
