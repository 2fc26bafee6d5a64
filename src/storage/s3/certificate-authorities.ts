import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * The authorities to trust: the usual ones (with NODE_EXTRA_CA_CERTS) and the configured chain, which is a PEM file or a list of PEM or
 * base64 of PEM. Throws an ordinary Error that says what is wrong; undefined where nothing is configured.
 */
export function certificateAuthorities(chain: string | readonly string[] | undefined): string[] | undefined {
  if (chain === undefined || chain.length === 0) return undefined;
  const own = typeof chain === 'string' ? certificatesOf(readChain(chain), `"${chain}"`) : chain.flatMap(fromListed);
  return [...rootCertificates, ...extraAuthorities(), ...own];
}

function fromListed(entry: string, index: number): string[] {
  const text = entry.includes('-----BEGIN') ? entry : Buffer.from(entry, 'base64').toString('utf8');
  return certificatesOf(text, `entry ${index + 1} of tls-ca-chain`);
}

function readChain(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`cannot read "${path}" (${(error as NodeJS.ErrnoException).code})`);
  }
}

function certificatesOf(text: string, where: string): string[] {
  const found = text.match(pem) ?? [];
  if (found.length === 0) throw new Error(`${where} holds no PEM certificate`);
  for (const certificate of found) {
    try {
      new X509Certificate(certificate);
    } catch {
      throw new Error(`${where} holds a certificate that cannot be read`);
    }
  }
  return found;
}

/** Node drops these as soon as a connection names authorities of its own. */
function extraAuthorities(): string[] {
  const path = process.env['NODE_EXTRA_CA_CERTS'];
  if (path === undefined || path === '') return [];
  try {
    return readFileSync(path, 'utf8').match(pem) ?? [];
  } catch {
    return []; // as Node itself does, which has warned already
  }
}
