import { escapeIdentifier } from 'pg';
import type { JobLog } from '../../pipeline/pipeline';
import { reasonOf } from './connection-failure';
import type { Membership } from './portrait';
import { readMemberships } from './read-roles';
import type { Session } from './session';

export interface Telling {
  readonly log: JobLog;
  /** For people, in the log and in the result. */
  readonly warn: (text: string) => void;
}

/**
 * Grants the memberships that are missing, by whom they were granted. Who grants must have got the right to do so before, from somebody else perhaps: so they
 * are gone through until no more can be granted. What remains is granted by whoever restores.
 */
export async function applyMemberships(
  session: Session,
  wanted: readonly Membership[],
  { log, warn }: Telling,
): Promise<void> {
  const modern = await isModern(session);
  const isThere = await findMissing(session);
  let pending = wanted.filter((membership) => !isThere(membership));
  const granted = ({ role, member }: Membership) =>
    log.line('restore', `membership of "${member}" in "${role}" was missing and is granted`);
  for (let before = Number.POSITIVE_INFINITY; pending.length < before; ) {
    before = pending.length;
    const left: Membership[] = [];
    for (const membership of pending) {
      await session.query(granting(membership, modern, membership.grantor)).then(
        () => granted(membership),
        () => left.push(membership),
      );
    }
    pending = left;
  }
  for (const membership of pending) {
    const { role, member, grantor } = membership;
    await session.query(granting(membership, modern, null)).then(
      () => {
        granted(membership);
        if (grantor !== null)
          log.line('restore', `WARNING: not by "${grantor}", as it was, but by the role that restores`);
      },
      (error: unknown) => warn(`membership of "${member}" in "${role}" is not granted: ${reasonOf(error)}`),
    );
  }
}

/** Since PostgreSQL 16 options are said one by one, and each of several grantors has its own membership. */
async function isModern(session: Session): Promise<boolean> {
  const [row] = await session.query<{ modern: boolean }>(
    `SELECT current_setting('server_version_num')::int >= 160000 AS modern`,
  );
  return row?.modern ?? false;
}

/** Who granted it is part of what it is only where server and backup both tell them apart. */
async function findMissing(session: Session): Promise<(membership: Membership) => boolean> {
  const found = await readMemberships(session);
  const pair = ({ role, member }: Membership) => JSON.stringify([role, member]);
  const whole = (membership: Membership) => JSON.stringify([pair(membership), membership.grantor]);
  const pairs = new Set(found.map(pair));
  const wholes = new Set(found.map(whole));
  const tellsGrantors = (membership: Membership) => 'INHERIT' in membership.options;
  const apart = found.some(tellsGrantors);
  return (membership) =>
    apart && tellsGrantors(membership) ? wholes.has(whole(membership)) : pairs.has(pair(membership));
}

function granting({ role, member, options }: Membership, modern: boolean, grantor: string | null): string {
  const by = grantor === null ? '' : ` GRANTED BY ${escapeIdentifier(grantor)}`;
  const grant = `GRANT ${escapeIdentifier(role)} TO ${escapeIdentifier(member)}`;
  if (!modern) return `${grant}${options['ADMIN'] ? ' WITH ADMIN OPTION' : ''}${by}`;
  const said = Object.entries(options).map(([name, on]) => `${name} ${on}`);
  return `${grant}${said.length === 0 ? '' : ` WITH ${said.join(', ')}`}${by}`;
}
