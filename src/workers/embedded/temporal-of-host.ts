import { Connection } from '@temporalio/client';
import type { Config } from '../../config/schema';
import { failure } from '../../model/errors';
import { nameOfUser, systemUser } from '../../pipeline/system-user';
import { listens } from '../listens';
import { ownerOfListener } from './socket-owner';

/**
 * Whether a Temporal of this host answers there already. Whoever runs it decides what our workers do, so it has to be root's, our own, or that of a user
 * who is named for it. Rejects with `temporal-server-missing` for any other program.
 */
export async function hasTemporal(
  host: string,
  port: number,
  address: string,
  users: readonly number[],
): Promise<boolean> {
  if (!(await listens(host, port))) return false;
  const owner = await ownerOfListener({ address: host, port });
  const refuse = (reason: string) => failure('temporal-server-missing', { reason });
  if (owner !== undefined && ![0, process.geteuid?.(), ...users].includes(owner)) {
    const user = nameOfUser(owner);
    throw refuse(
      `port ${port} of ${host} is held by a program of user "${user}", who could make these workers do anything; if that is meant, add "${user}" to temporal.users, else set temporal.address to a free port`,
    );
  }
  if (await isTemporal(address)) return true;
  throw refuse(`port ${port} of ${host} is taken by another program; set temporal.address to a free one`);
}

/** User ids of those that may use the embedded server. Throws `configuration-invalid` for one that this host does not know. */
export function usersOf({ temporal }: Config): readonly number[] {
  return temporal.users.map((name) => {
    try {
      return systemUser(name).uid;
    } catch (cause) {
      const problems = `temporal.users: this host has no user "${name}"`;
      throw failure('configuration-invalid', { file: 'holdfast.yaml', problems }, cause);
    }
  });
}

async function isTemporal(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 3_000 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}
