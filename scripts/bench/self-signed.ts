import { join } from 'node:path';
import { runTool } from '../servers/run-tool';

/** A certificate for 127.0.0.1 that is its own authority; PEM files in `folder`. */
export async function selfSigned(folder: string): Promise<{ cert: string; key: string }> {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  await runTool('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    ...subject,
    '-out',
    files.cert,
    '-keyout',
    files.key,
  ]);
  return files;
}
