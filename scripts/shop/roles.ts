import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { Client } from 'pg';

/** Every role of the shop with its attributes; those that log in get a password. */
const roles = {
  shop_owner: 'NOLOGIN',
  shop_reader: 'NOLOGIN NOINHERIT',
  shop_writer: 'NOLOGIN',
  shop_app: 'LOGIN CONNECTION LIMIT 50',
  shop_analyst: "LOGIN VALID UNTIL '2099-12-31 23:59:59+00'",
  Διευθύντρια: 'LOGIN CREATEROLE BYPASSRLS',
} as const;

/** Creates the roles that are not there; leaves the others as they are. The server never sees the password. */
export async function createRoles(client: Client, password: string): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_catalog.pg_roles');
  const known = new Set(rows.map((row) => row.rolname));
  for (const [name, attributes] of Object.entries(roles)) {
    if (known.has(name)) continue;
    const login = attributes.startsWith('LOGIN') ? `PASSWORD '${scramVerifier(password, name)}'` : '';
    await client.query(`CREATE ROLE ${client.escapeIdentifier(name)} ${attributes} ${login}`);
  }
}

/** What PostgreSQL keeps of a password (RFC 5803); the salt is the role's name, so that two shops are alike. */
function scramVerifier(password: string, role: string): string {
  const salt = createHash('md5').update(role).digest();
  const iterations = 4096;
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${key('Server Key').toString('base64')}`;
}
