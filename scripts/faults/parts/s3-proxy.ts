import { type Answer, type HopRequest, startHttpHop, type Verdict } from './http-hop';
import { operationOf } from './s3-operation';
import { seededRandom } from './seeded';

/** How the store is, seen by its clients. */
export type S3Condition =
  | { readonly kind: 'well' }
  /** Refuses connections. */
  | { readonly kind: 'down' }
  /** Accepts connections and stays silent, in the middle of bodies too: a server that was stopped. */
  | { readonly kind: 'hanging' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Answers 500 and 503 at random, with this probability per request. */
  | { readonly kind: 'erring'; readonly probability: number; readonly seed: number }
  | { readonly kind: 'denying' }
  | { readonly kind: 'without-bucket' };

/** Of one operation of S3. Bytes are those of bodies that reached the store, or the client. */
export interface Traffic {
  readonly requests: number;
  readonly sent: number;
  readonly received: number;
}

/** The way to an S3 server, on which anything may happen. */
export interface S3Proxy {
  readonly endpoint: string;
  become(condition: S3Condition): Promise<void>;
  /** Since the start or the last `forget`; nothing is counted for an operation that was not asked for. */
  traffic(operation: string): Traffic;
  /** Names of the operations that were asked for. */
  operations(): readonly string[];
  forget(): void;
  close(): Promise<void>;
}

export async function startS3Proxy(target: string): Promise<S3Proxy> {
  const counts = new Map<string, { requests: number; sent: number; received: number }>();
  let judge: (request: HopRequest) => Verdict = () => 'pass';
  const countOf = (request: HopRequest) => {
    const operation = operationOf(request);
    const count = counts.get(operation) ?? { requests: 0, sent: 0, received: 0 };
    counts.set(operation, count);
    return count;
  };
  const hop = await startHttpHop(target, {
    judge: (request) => {
      countOf(request).requests += 1;
      return judge(request);
    },
    onBody: (request, direction, bytes) => {
      countOf(request)[direction === 'up' ? 'sent' : 'received'] += bytes;
    },
  });
  return {
    endpoint: hop.endpoint,
    become: async (condition) => {
      judge = judgeOf(condition);
      hop.valve.limit(condition.kind === 'slow' ? condition.bytesPerSecond : Number.POSITIVE_INFINITY);
      if (condition.kind === 'hanging') hop.valve.shut();
      else hop.valve.release();
      if (condition.kind === 'down') await hop.fall();
      else await hop.rise();
    },
    traffic: (operation) => ({ requests: 0, sent: 0, received: 0, ...counts.get(operation) }),
    operations: () => [...counts.keys()],
    forget: () => counts.clear(),
    close: () => hop.close(),
  };
}

function judgeOf(condition: S3Condition): (request: HopRequest) => Verdict {
  switch (condition.kind) {
    case 'erring': {
      const random = seededRandom(condition.seed);
      return () => (random() < condition.probability ? (random() < 0.5 ? internalError : slowDown) : 'pass');
    }
    case 'denying':
      return () => accessDenied;
    case 'without-bucket':
      return () => noSuchBucket;
    default:
      return () => 'pass';
  }
}

const internalError = s3Error(500, 'InternalError', 'We encountered an internal error. Please try again.');
const slowDown = s3Error(503, 'SlowDown', 'Please reduce your request rate.');
const accessDenied = s3Error(403, 'AccessDenied', 'Access Denied.');
const noSuchBucket = s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist.');

function s3Error(status: number, code: string, message: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, body, headers: { 'content-type': 'application/xml' } };
}
