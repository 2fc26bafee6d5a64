import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext } from 'node:tls';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type Headers, headersFor } from './request-headers';

/** All in milliseconds. */
export interface S3Timeouts {
  /** To establish a connection. */
  readonly connect: number;
  /** Without a byte in either direction. */
  readonly idle: number;
  /** Without a byte, where the store has to put a large object together. */
  readonly assembly: number;
  /** How long trouble may last before a small operation gives up. */
  readonly operation: number;
  /** How long trouble may last, without any byte moved, before an upload or download gives up. */
  readonly transfer: number;
}

export const defaultTimeouts: S3Timeouts = {
  connect: 5_000,
  idle: 60_000,
  assembly: 30 * 60_000,
  operation: 8_000,
  transfer: 120_000,
};

export interface S3ClientSettings {
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly authorities: string[] | undefined;
  readonly attributes: Headers;
  readonly timeouts: S3Timeouts;
}

export interface S3Clients {
  readonly client: S3Client;
  /** The same over the same connections, for requests that the store may be silent about for long. */
  readonly assemblyClient: S3Client;
}

/** Nothing is connected before the first request. */
export function createS3Clients(settings: S3ClientSettings): S3Clients {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'; // our own `engines` says which Node we run on
  const sockets = { keepAlive: true, maxSockets: 128 };
  // reading a hundred certificates takes longer than opening a connection, so it is done once
  const trust = settings.authorities && { secureContext: createSecureContext({ ca: settings.authorities }) };
  const agents = { httpAgent: new HttpAgent(sockets), httpsAgent: new HttpsAgent({ ...sockets, ...trust }) };
  const withIdle = (idle: number) => {
    const client = new S3Client({
      endpoint: settings.endpoint,
      region: settings.region,
      forcePathStyle: settings.pathStyle,
      credentials: { accessKeyId: settings.accessKey, secretAccessKey: settings.secretKey },
      maxAttempts: 1, // trying again is decided in one place, for streams too: see patiently
      // the pipeline hashes every byte once and the manifest keeps it; the SDK's checksums would be a second pass, and as trailers many servers refuse them
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      expectContinueHeader: false,
      logger: silent, // what matters is in the failures
      requestHandler: new NodeHttpHandler({
        ...agents,
        connectionTimeout: settings.timeouts.connect,
        socketTimeout: idle,
        socketAcquisitionWarningTimeout: 2 ** 31 - 1,
      }),
    });
    addHeaders(client, settings.attributes);
    adoptErrors(client);
    return client;
  };
  return { client: withIdle(settings.timeouts.idle), assemblyClient: withIdle(settings.timeouts.assembly) };
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function addHeaders(client: S3Client, attributes: Headers): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const request = args.request as { headers: Record<string, string>; body?: unknown };
      const command = String(context.commandName);
      Object.assign(request.headers, headersFor(command, attributes));
      // older servers insist on it here, and know no other checksum
      if (command === 'DeleteObjectsCommand') request.headers['content-md5'] = contentMd5(String(request.body));
      return next(args);
    },
    { step: 'build', name: 'holdfastHeaders' },
  );
}

/** Errors of another realm (Node's own, seen from a test runner's sandbox) would lose their code to the SDK, which takes them for no errors. */
function adoptErrors(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) =>
      next(args).catch((error) => {
        if (error instanceof Error) throw error;
        const { name, message, code } = error as NodeJS.ErrnoException;
        throw Object.assign(new Error(message), { name, code });
      }),
    { step: 'deserialize', priority: 'low', name: 'holdfastErrors' },
  );
}

/** In the form that the header wants. */
export function contentMd5(content: Uint8Array | string): string {
  return createHash('md5').update(content).digest('base64');
}
