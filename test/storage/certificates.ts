import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** PEM files of an authority of our own and of a server's certificate for 127.0.0.1 that it signed. */
export interface Certificates {
  readonly authority: string;
  readonly cert: string;
  readonly key: string;
}

export function makeCertificates(folder: string, name: string): Certificates {
  const at = (file: string) => join(folder, `${name}-${file}`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = (common: string) => ['-subj', `/CN=${common}`];
  writeFileSync(at('extensions'), 'subjectAltName=IP:127.0.0.1\n');
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    ...subject(`${name} authority`),
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  );
  openssl('req', ...newKey, ...subject(name), '-keyout', at('leaf.key'), '-out', at('leaf.csr'));
  const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('extensions')];
  openssl('x509', '-req', '-days', '2', '-in', at('leaf.csr'), ...signing, '-out', at('leaf.pem'));
  writeFileSync(at('chain.pem'), readFileSync(at('leaf.pem'), 'utf8') + readFileSync(at('ca.pem'), 'utf8'));
  return { authority: at('ca.pem'), cert: at('chain.pem'), key: at('leaf.key') };
}
