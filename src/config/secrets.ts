import { constants, open } from 'node:fs/promises';
import { failure } from '../model/errors';
import type { SecretReference } from './fields';

const largest = 64 * 1024;

/**
 * The secret behind a reference, read now, on this host. One newline at the end of a file is not part of it. `key` says in the failure whose
 * secret it is, for instance `databases.shop.password`. Rejects with `secret-unresolved`; no message holds any of the secret.
 */
export async function resolveSecret(
  reference: SecretReference,
  key: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  const [, kind, name] = /^\$\{(env|file):(.+)\}$/.exec(reference) ?? [];
  const refuse = (reason: string, cause?: unknown) => failure('secret-unresolved', { reference, key, reason }, cause);
  if (name === undefined) throw refuse('it is neither ${env:NAME} nor ${file:PATH}');
  const secret = kind === 'env' ? env[name] : await secretFile(name, refuse);
  if (secret === undefined) throw refuse('the variable is not set');
  if (secret === '') throw refuse(kind === 'env' ? 'the variable is empty' : 'the file is empty');
  if (secret.includes('\0')) throw refuse('it holds a zero byte');
  return secret;
}

type Refuse = (reason: string, cause?: unknown) => Error;

async function secretFile(path: string, refuse: Refuse): Promise<string> {
  try {
    // Without O_NONBLOCK a named pipe would hang here for ever.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw refuse('it is not a plain file');
    if ((stats.mode & 0o007) !== 0) throw refuse(`every user of this host can read or change it: chmod 0400 ${path}`);
    if (stats.size > largest) throw refuse('the file is larger than 64 KiB');
    return (await file.readFile('utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw unreadable(error, refuse);
  }
}

function unreadable(error: unknown, refuse: Refuse): unknown {
  const { code } = error as { code?: unknown };
  if (code === 'ENOENT' || code === 'ENOTDIR') return refuse('no such file', error);
  if (code === 'EACCES' || code === 'EPERM') return refuse('this user may not read the file', error);
  return error;
}
