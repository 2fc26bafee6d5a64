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

function hasCredentials(endpoint: string): boolean {
  try {
    const { username, password, search } = new URL(endpoint);
    return username !== '' || password !== '' || search !== '';
  } catch {
    return false;
  }
}
