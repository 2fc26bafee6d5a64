import { escapeIdentifier, escapeLiteral } from 'pg';
import type { JobLog } from '../../pipeline/pipeline';
import { together } from './alter-database';
import { reasonOf } from './connection-failure';
import { settingTo } from './kept-setting';
import type { Membership, Portrait, Role } from './portrait';
import { readMemberships, readRoles } from './read-roles';
import type { Session } from './session';

/**
 * Makes the roles and memberships that are missing. A role that exists stays as it is, since it may serve other databases too; how it differs is logged.
 * Idempotent.
 */
export async function applyRoles(session: Session, portrait: Portrait, log: JobLog): Promise<void> {
  await keepOutOfServerLog(session);
  const existing = new Map((await readRoles(session)).map((role) => [role.name, role]));
  for (const role of portrait.roles) {
    const there = existing.get(role.name);
    if (there === undefined) {
      await together(session, making(role));
      log.line('restore', `role "${role.name}" was missing and is made`);
    } else tellDifference(role, there, log);
  }
  await applyMemberships(session, portrait.memberships, log);
}

/** Password verifiers are in these statements; best effort, since only a superuser may. */
async function keepOutOfServerLog(session: Session): Promise<void> {
  await session
    .query(`SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic'`)
    .catch(() => {});
}

function making(role: Role): string[] {
  const name = escapeIdentifier(role.name);
  const attributes = Object.entries(role.attributes).map(([attribute, on]) => (on ? attribute : `NO${attribute}`));
  const until = role['valid-until'] === null ? '' : ` VALID UNTIL ${escapeLiteral(role['valid-until'])}`;
  const password = role.password === null ? '' : ` PASSWORD ${escapeLiteral(role.password)}`;
  const limit = ` CONNECTION LIMIT ${role['connection-limit']}`;
  return [
    `CREATE ROLE ${name} ${attributes.join(' ')}${limit}${until}${password}`,
    ...(role.comment === null ? [] : [`COMMENT ON ROLE ${name} IS ${escapeLiteral(role.comment)}`]),
    ...role.settings.map((setting) => `ALTER ROLE ${name} SET ${settingTo(setting)}`),
  ];
}

function tellDifference(wanted: Role, there: Role, log: JobLog): void {
  const differing = [
    ...Object.entries(wanted.attributes).flatMap(([name, on]) =>
      there.attributes[name] === on ? [] : [`${name} ${on} in the backup`],
    ),
    ...(wanted.password !== null && wanted.password !== there.password ? ['another password in the backup'] : []),
    ...(JSON.stringify(wanted.settings) === JSON.stringify(there.settings) ? [] : ['other settings in the backup']),
  ];
  if (differing.length === 0) return;
  log.line('restore', `WARNING: role "${wanted.name}" is left as it is: ${differing.join(', ')}`);
}

async function applyMemberships(session: Session, wanted: readonly Membership[], log: JobLog): Promise<void> {
  const key = ({ role, member }: Membership) => JSON.stringify([role, member]);
  const there = new Set((await readMemberships(session)).map(key));
  const [{ modern } = { modern: false }] = await session.query<{ modern: boolean }>(
    `SELECT current_setting('server_version_num')::int >= 160000 AS modern`,
  );
  for (const membership of wanted) {
    if (there.has(key(membership))) continue;
    const { role, member } = membership;
    try {
      await session.query(granting(membership, modern));
      log.line('restore', `membership of "${member}" in "${role}" was missing and is granted`);
    } catch (error) {
      log.line('restore', `WARNING: membership of "${member}" in "${role}" is not granted: ${reasonOf(error)}`);
    }
  }
}

/** Options could be said one by one only since PostgreSQL 16. */
function granting({ role, member, options }: Membership, modern: boolean): string {
  const grant = `GRANT ${escapeIdentifier(role)} TO ${escapeIdentifier(member)}`;
  if (!modern) return options['ADMIN'] ? `${grant} WITH ADMIN OPTION` : grant;
  const said = Object.entries(options).map(([name, on]) => `${name} ${on}`);
  return said.length === 0 ? grant : `${grant} WITH ${said.join(', ')}`;
}
