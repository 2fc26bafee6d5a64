import { createHash } from 'node:crypto';

/** S3 commands as the SDK names them. */
type CommandName = string;

const creating = new Set(['PutObjectCommand', 'CreateMultipartUploadCommand']);
/** A customer's key is shown with every request that moves the content or asks for it. */
const withCustomerKey = new Set([...creating, 'UploadPartCommand', 'GetObjectCommand', 'HeadObjectCommand']);

const customerKey = /^x-amz-server-side-encryption-customer-/;
const everyRequest = new Set(['x-amz-request-payer', 'x-amz-expected-bucket-owner']);
/** What the protocol itself sets. */
const reserved =
  /^(authorization|host|range|content-(length|md5|range)|transfer-encoding|connection|expect|if-.*|x-amz-(date|content-sha256|security-token|checksum-.*|sdk-.*|trailer|copy-source.*))$/;
const headerName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

export type Headers = Readonly<Record<string, string>>;

/** Turns `Header=value` entries into headers. Throws an ordinary Error for one that cannot be honoured. */
export function parseAttributes(attributes: readonly string[]): Headers {
  const headers: Record<string, string> = {};
  for (const attribute of attributes) {
    const at = attribute.indexOf('=');
    const name = attribute.slice(0, at).trim().toLowerCase();
    if (!headerName.test(name)) throw new Error(`attribute "${name}" is not a header's name`);
    if (reserved.test(name)) throw new Error(`attribute "${name}" belongs to the protocol and cannot be set`);
    headers[name] = attribute.slice(at + 1).trim();
  }
  return withKeyDigest(headers);
}

/** Which of the attributes go with a request. */
export function headersFor(command: CommandName, attributes: Headers): Headers {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => belongs(name, command)));
}

/** Values of attributes that must not be shown. */
export function secretValues(attributes: Headers): string[] {
  return Object.entries(attributes).flatMap(([name, value]) => (customerKey.test(name) ? [value] : []));
}

/** The attributes as they may be shown: a customer's encryption key is left out. */
export function redactAttributes(attributes: readonly string[]): string[] {
  return attributes.map((attribute) => {
    const name = attribute.slice(0, attribute.indexOf('='));
    return /customer-key/i.test(name) ? `${name}=redacted` : attribute;
  });
}

function belongs(name: string, command: CommandName): boolean {
  if (everyRequest.has(name)) return true;
  return (customerKey.test(name) ? withCustomerKey : creating).has(command);
}

/** S3 wants the digest of a customer's key beside the key; people rarely write it down. */
function withKeyDigest(headers: Record<string, string>): Headers {
  const key = headers['x-amz-server-side-encryption-customer-key'];
  if (key === undefined) return headers;
  const digest = createHash('md5').update(Buffer.from(key, 'base64')).digest('base64');
  return {
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key-md5': digest,
    ...headers,
  };
}
