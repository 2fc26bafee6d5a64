import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { EngineContext } from '../engine';

/** Where libpq, and with it every tool, looks for the authorities it trusts. */
export function rootCertificate(): string {
  return process.env['PGSSLROOTCERT'] ?? join(homedir(), '.postgresql', 'root.crt');
}

/** What `pg` is to try, in this order, so that it does with an sslmode what libpq does. */
export function tlsChoices(context: EngineContext): readonly (ConnectionOptions | false)[] {
  const { sslmode } = context.config;
  if (context.unit.host.startsWith('/') || sslmode === 'disable') return [false];
  if (sslmode === 'prefer') return [{ rejectUnauthorized: false }, false];
  if (sslmode === 'require') return [{ rejectUnauthorized: false }];
  const ca = existsSync(rootCertificate()) ? readFileSync(rootCertificate()) : undefined;
  const checked = { rejectUnauthorized: true, ca };
  return [sslmode === 'verify-ca' ? { ...checked, checkServerIdentity: () => undefined } : checked];
}
