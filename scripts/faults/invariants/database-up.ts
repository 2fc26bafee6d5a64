import { write } from '../field/content';
import { type Invariant, soon } from './invariant';

export const databaseUp: Invariant = {
  name: 'the database is up and takes writes',
  check: (_field, { lane }) =>
    soon(async () => {
      await write(lane.postgres.client(lane.database));
      return undefined;
    }),
};
