import { isSecretReference } from '../../model/secret-reference';
import type { Finding } from '../problem';
import { ofEachDatabase, type Rule } from './rule';

const encrypting = ['require', 'verify-ca', 'verify-full'];

/** An encrypted connection is asked for only where there is one: PostgreSQL never encrypts a socket. */
export const socketsAreNotEncrypted = ofEachDatabase(({ database, path }) =>
  database.units.flatMap(({ host }, index): Finding[] =>
    host?.startsWith('/') && encrypting.includes(database.sslmode ?? '')
      ? [
          {
            path: [...path, 'sslmode'],
            message: `"${database.sslmode}" cannot hold for units[${index}]: its host is a socket`,
          },
        ]
      : [],
  ),
);

/** An endpoint carries no user and password: it is shown to people, and secrets never stand in this file. The value is not quoted. */
export const endpointCarriesNoSecret: Rule = (sketch) =>
  Object.entries(sketch.storages).flatMap(([name, { endpoint }]) =>
    endpoint !== undefined && hasCredentials(endpoint)
      ? [
          {
            path: ['storages', name, 'endpoint'],
            message: 'carries a user or password: give access-key and secret-key',
          },
        ]
      : [],
  );

/** An upload's header may be a secret, and a customer's encryption key always is: then it is a reference. No value is quoted. */
export const headersCarryNoSecret: Rule = (sketch) =>
  Object.entries(sketch.storages).flatMap(([name, { attributes }]) =>
    attributes.flatMap((attribute = '', index): Finding[] => {
      const [, header = '', value = ''] = /^([^=]*)=(.*)$/s.exec(attribute) ?? [];
      const fault = headerFault(header.trim(), value.trim());
      return fault === undefined ? [] : [{ path: ['storages', name, 'attributes', index], message: fault }];
    }),
  );

function headerFault(header: string, value: string): string | undefined {
  if (isSecretReference(value)) return undefined;
  if (value.startsWith('${')) return 'is no reference: write Header=${env:NAME} or Header=${file:/absolute/path}';
  if (!/^x-amz-server-side-encryption-customer-key$/i.test(header)) return undefined;
  return 'a customer key must be a reference, Header=${env:NAME} or Header=${file:/absolute/path}: a secret itself never stands in this file';
}

function hasCredentials(endpoint: string): boolean {
  try {
    const { username, password, search } = new URL(endpoint);
    return username !== '' || password !== '' || search !== '';
  } catch {
    return false;
  }
}
