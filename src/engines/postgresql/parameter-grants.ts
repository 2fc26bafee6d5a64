import { escapeIdentifier } from 'pg';
import { together } from './alter-database';
import type { Telling } from './apply-memberships';
import { reasonOf } from './connection-failure';
import type { ParameterGrant } from './portrait';
import type { Session } from './session';

/** Who may set which parameters, in the order in which it was granted. Servers before PostgreSQL 15 know no such grants. */
export async function readParameterGrants(session: Session): Promise<ParameterGrant[]> {
  if (!(await knowsThem(session))) return [];
  return session.query<ParameterGrant>(
    `SELECT p.parname AS parameter, pg_get_userbyid(a.grantor) AS grantor,
       CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END AS grantee, a.privilege_type AS privilege, a.is_grantable AS grantable
     FROM pg_parameter_acl p, aclexplode(p.paracl) WITH ORDINALITY a (grantor, grantee, privilege_type, is_grantable, position)
     WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = a.grantee AND r.oid = 10) ORDER BY p.parname, a.position`,
  );
}

/** Grants what is missing, each by whom it was granted where that can be done, else by whoever restores. Takes nothing away. */
export async function applyParameterGrants(
  session: Session,
  wanted: readonly ParameterGrant[],
  { log, warn }: Telling,
): Promise<void> {
  if (wanted.length === 0) return;
  const known = await knowsThem(session);
  const key = ({ parameter, grantee, privilege, grantable }: ParameterGrant) =>
    JSON.stringify([parameter, grantee, privilege, grantable]);
  const there = new Set((await readParameterGrants(session)).map(key));
  for (const grant of wanted.filter((each) => !there.has(key(each)))) {
    const what = `${grant.privilege} on parameter "${grant.parameter}" to ${grant.grantee ?? 'PUBLIC'}`;
    const granting = known ? grantedBy(session, grant) : Promise.reject(new Error('this server has no such grants'));
    await granting.then(
      () => log.line('restore', `${what} was missing and is granted`),
      (error: unknown) => warn(`${what} is not granted: ${reasonOf(error)}`),
    );
  }
}

async function grantedBy(session: Session, grant: ParameterGrant): Promise<void> {
  const statement = granting(grant);
  await together(session, [`SET LOCAL ROLE ${escapeIdentifier(grant.grantor)}`, statement]).catch(() =>
    session.query(statement),
  );
}

/** Its name is one identifier, dots and all, as in pg_dumpall. */
function granting({ parameter, grantee, privilege, grantable }: ParameterGrant): string {
  const to = grantee === null ? 'PUBLIC' : escapeIdentifier(grantee);
  return `GRANT ${privilege} ON PARAMETER ${escapeIdentifier(parameter)} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`;
}

async function knowsThem(session: Session): Promise<boolean> {
  const [row] = await session.query<{ known: boolean }>(
    `SELECT to_regclass('pg_catalog.pg_parameter_acl') IS NOT NULL AS known`,
  );
  return row?.known ?? false;
}
