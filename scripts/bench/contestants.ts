import { join } from 'node:path';
import type { Stack } from '../stack/stack';
import { shellPipe } from './measure';

/** The pipes of standard tools that Holdfast is measured against, over the same server and store. */
export interface Contestants {
  dumpToNowhere(): Promise<void>;
  baseBackupToNowhere(): Promise<void>;
  dumpToAws(): Promise<void>;
  restoreFromAws(): Promise<void>;
  /** A bare copy of the stopped cluster, packed the same way, to nowhere. */
  copyToNowhere(): Promise<void>;
}

export function openContestants(stack: Stack, level: number, authority: string): Contestants {
  const { postgres, s3 } = stack;
  const env = {
    BIN: postgres.binDirectory,
    LEVEL: `-${level}`,
    PGHOST: '127.0.0.1',
    PGPORT: String(postgres.port),
    PGUSER: 'postgres',
    PGPASSWORD: postgres.superuserPassword,
    DATA: postgres.dataDirectory,
    AWS_ACCESS_KEY_ID: s3.accessKey,
    AWS_SECRET_ACCESS_KEY: s3.secretKey,
    AWS_DEFAULT_REGION: s3.region,
    AWS_CA_BUNDLE: authority,
    // The S3 server does not take the checksums that newer clients send unasked.
    AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
    AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
    AWS_CONFIG_FILE: join(stack.folder, 'no-aws-config'),
    S3: s3.endpoint,
  };
  const run = (script: string) => shellPipe(script, env);
  const dump = '"$BIN/pg_dump" -Fc -Z0 shop | zstd -q -T0 "$LEVEL"';
  return {
    dumpToNowhere: () => run(`${dump} > /dev/null`),
    baseBackupToNowhere: () => run('"$BIN/pg_basebackup" -Ft -D - -X fetch -c fast | zstd -q -T0 "$LEVEL" > /dev/null'),
    dumpToAws: () =>
      run(
        `${dump} | aws --endpoint-url "$S3" s3 cp - s3://backups/aws/dump.zst --expected-size 50000000000 --only-show-errors`,
      ),
    restoreFromAws: () =>
      run(
        '"$BIN/createdb" -T template0 from_aws; aws --endpoint-url "$S3" s3 cp s3://backups/aws/dump.zst - --only-show-errors | zstd -q -d | "$BIN/pg_restore" -d from_aws --exit-on-error; "$BIN/vacuumdb" -q --analyze-only from_aws; "$BIN/dropdb" from_aws',
      ),
    copyToNowhere: () => run('tar -C "$DATA" -cf - . | zstd -q -T0 "$LEVEL" > /dev/null'),
  };
}
