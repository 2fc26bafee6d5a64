import { type ErrorCode, failure, HoldfastError } from '../../model/errors';

/** What is told of a storage in its failures. */
export interface FailingStorage {
  readonly name: string;
  readonly place: string;
  /** Left out of every message. */
  readonly secrets: readonly string[];
}

type StorageCode = Extract<ErrorCode, `storage-${string}`>;

/** By the store's own code, where it gave one. */
const byCode: readonly (readonly [StorageCode, RegExp])[] = [
  [
    'storage-credentials',
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|(Invalid|Expired)Token|TokenRefreshRequired)$/,
  ],
  ['storage-credentials', /^(AccountProblem|AllAccessDisabled|InvalidSecurity|Unauthorized(Access)?|.*UserNotFound)$/],
  ['storage-bucket', /^(NoSuchBucket|InvalidBucketName|BucketAlreadyExists|TooManyBuckets)$/],
  ['storage-region', /^(PermanentRedirect|TemporaryRedirect|AuthorizationHeaderMalformed|InvalidRegion(Name)?)$/],
  ['storage-region', /^(IllegalLocationConstraintException|InvalidLocationConstraint)$/],
  ['storage-limit', /^(EntityTooLarge|EntityTooSmall|MaxMessageLengthExceeded|TooManyParts)$/],
  ['storage-full', /^(.*QuotaExceeded(Exception)?|.*StorageFull|InsufficientStorage|NoSpaceLeft(OnDevice)?)$/],
  ['storage-refused', /^NotImplemented$/],
  // the SDK learns the store's time from the refusal, so that the next try fits
  ['storage-network', /^RequestTimeTooSkewed$/],
  ['storage-network', /^(SlowDown|RequestTimeout|ServiceUnavailable|InternalError|Throttling.*|TooManyRequests.*)$/],
  ['storage-network', /^(RequestLimitExceeded|OperationAborted|ConditionalRequestConflict|BadDigest|IncompleteBody)$/],
];

/** By what Node says of the connection. */
const byConnection: readonly (readonly [StorageCode, RegExp])[] = [
  [
    'storage-tls',
    /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED)/,
  ],
  ['storage-refused', /^(EPROTO|ERR_SSL_|HPE_|ERR_INVALID_URL)/],
  ['storage-network', /^(E[A-Z_]+|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_.*)$/],
];

interface Answered {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly Region?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The failure of the error table for what the SDK rejected with. Its cause is a bare copy, for the SDK's own holds the whole request. */
export function s3Failure(storage: FailingStorage, operation: string, error: unknown, key = ''): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const answer = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as Answered;
  const reason = withoutSecrets(storage.secrets, reasonOf(answer));
  const cause = Object.assign(new Error(reason), { name: answer.name ?? 'Error' });
  const { name, place } = storage;
  return failure(codeOf(answer), { storage: name, place, operation, key, reason }, cause);
}

/** The store's word for what went wrong, or its HTTP status. */
export function s3Code(error: unknown): string {
  const answer = (error ?? {}) as Answered;
  return typeof answer.Code === 'string' ? answer.Code : (answer.name ?? String(s3Status(error)));
}

export function s3Status(error: unknown): number | undefined {
  return ((error ?? {}) as Answered).$metadata?.httpStatusCode;
}

function codeOf(answer: Answered): StorageCode {
  const known = byCode.find(([, pattern]) => pattern.test(s3Code(answer)));
  if (known) return known[0];
  const connection = byConnection.find(([, pattern]) => pattern.test(String(answer.code ?? '')));
  if (connection) return connection[0];
  if (answer.name === 'TimeoutError') return 'storage-network';
  return byStatus(s3Status(answer));
}

function byStatus(status: number | undefined): StorageCode {
  if (status === 401 || status === 403) return 'storage-credentials';
  if (status === 301 || status === 307) return 'storage-region';
  if (status === 507) return 'storage-full';
  if (status === 501) return 'storage-refused';
  if (status === 408 || status === 429 || (status !== undefined && status >= 500)) return 'storage-network';
  return 'storage-refused';
}

function reasonOf(answer: Answered): string {
  const status = answer.$metadata?.httpStatusCode;
  const code = typeof answer.Code === 'string' ? answer.Code : undefined;
  const region = typeof answer.Region === 'string' ? ` (its region is ${answer.Region})` : '';
  const message = (answer.message ?? '').replace(/^@smithy\/node-http-handler - (\[\w+\] )?/, '').replace(/\.$/, '');
  const said = message === '' || message === 'UnknownError' ? `the store answered with HTTP status ${status}` : message;
  return `${code === undefined || said.startsWith(code) ? '' : `${code}: `}${said}${region}`;
}

function withoutSecrets(secrets: readonly string[], text: string): string {
  return secrets.reduce((clean, secret) => (secret.length < 4 ? clean : clean.replaceAll(secret, 'redacted')), text);
}
