import { escapeIdentifier, escapeLiteral } from 'pg';
import type { JobLog } from '../../pipeline/pipeline';
import { applyMemberships } from './apply-memberships';
import { reasonOf, sqlState } from './connection-failure';
import { settingTo } from './kept-setting';
import { applyParameterGrants } from './parameter-grants';
import type { Portrait, Role } from './portrait';
import { readRoles } from './read-roles';
import type { Session } from './session';

const insufficientPrivilege = '42501';
/** Only a superuser gives these away. */
const powers = ['SUPERUSER', 'REPLICATION', 'BYPASSRLS'];

/**
 * Makes the roles, memberships and grants on parameters that are missing. A role that exists stays as it is, since it may serve other databases too; how it
 * differs is logged. Idempotent. Resolves to what could not be made, for people.
 */
export async function applyRoles(session: Session, portrait: Portrait, log: JobLog): Promise<string[]> {
  await keepOutOfServerLog(session);
  const warnings: string[] = [];
  const warn = (text: string) => {
    warnings.push(text);
    log.line('restore', `WARNING: ${text}`);
  };
  const existing = new Map((await readRoles(session)).map((role) => [role.name, role]));
  for (const role of portrait.roles) {
    const there = existing.get(role.name);
    if (there !== undefined) tellDifference(role, there, log);
    else if (await makeRole(session, role, warn)) tellMade(role, log);
  }
  await applyMemberships(session, portrait.memberships, { log, warn });
  await applyParameterGrants(session, portrait.parameters ?? [], { log, warn });
  return warnings;
}

/** Whoever wrote the backup has chosen this role's password. */
function tellMade({ name, attributes }: Role, log: JobLog): void {
  log.line('restore', `role "${name}" was missing and is made`);
  if (!attributes['SUPERUSER']) return;
  log.line('restore', `WARNING: role "${name}" is a superuser, with the password that the backup has for it`);
}

/** Password verifiers are in these statements; best effort, since only a superuser may. */
async function keepOutOfServerLog(session: Session): Promise<void> {
  await session
    .query(`SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic'`)
    .catch(() => {});
}

/** A role that this session may not make with all its powers is made without them. False where it may make none. */
async function makeRole(session: Session, role: Role, warn: (text: string) => void): Promise<boolean> {
  try {
    await make(session, role, warn);
    return true;
  } catch (error) {
    if (sqlState(error) !== insufficientPrivilege) throw error;
    const held = powers.filter((power) => role.attributes[power]);
    const rest = {
      ...role,
      attributes: { ...role.attributes, ...Object.fromEntries(held.map((power) => [power, false])) },
    };
    const made =
      held.length > 0 &&
      (await make(session, rest, warn).then(
        () => true,
        () => false,
      ));
    const what = made ? `made without ${held.join(', ')}` : 'not made';
    warn(`role "${role.name}" is ${what}: ${reasonOf(error)}`);
    return made;
  }
}

/** All of it or nothing, save for settings that this server does not take. */
async function make(session: Session, role: Role, warn: (text: string) => void): Promise<void> {
  const name = escapeIdentifier(role.name);
  await session.query('BEGIN');
  try {
    await session.query(creating(role));
    if (role.comment !== null) await session.query(`COMMENT ON ROLE ${name} IS ${escapeLiteral(role.comment)}`);
    for (const setting of role.settings) {
      await session.query('SAVEPOINT setting');
      await session.query(`ALTER ROLE ${name} SET ${settingTo(setting)}`).catch(async (error: unknown) => {
        await session.query('ROLLBACK TO SAVEPOINT setting');
        warn(`setting "${setting.name}" of role "${role.name}" is not restored: ${reasonOf(error)}`);
      });
    }
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

function creating(role: Role): string {
  const attributes = Object.entries(role.attributes).map(([attribute, on]) => (on ? attribute : `NO${attribute}`));
  const until = role['valid-until'] === null ? '' : ` VALID UNTIL ${escapeLiteral(role['valid-until'])}`;
  const password = role.password === null ? '' : ` PASSWORD ${escapeLiteral(role.password)}`;
  const limit = ` CONNECTION LIMIT ${role['connection-limit']}`;
  return `CREATE ROLE ${escapeIdentifier(role.name)} ${attributes.join(' ')}${limit}${until}${password}`;
}

function tellDifference(wanted: Role, there: Role, log: JobLog): void {
  const differing = [
    ...Object.entries(wanted.attributes).flatMap(([name, on]) =>
      there.attributes[name] === on ? [] : [`${name} ${on} in the backup`],
    ),
    ...(wanted.password !== null && wanted.password !== there.password ? ['another password in the backup'] : []),
    ...(['connection-limit', 'valid-until', 'comment'] as const).flatMap((key) =>
      wanted[key] === there[key] ? [] : [`another ${key} in the backup`],
    ),
    ...(JSON.stringify(wanted.settings) === JSON.stringify(there.settings) ? [] : ['other settings in the backup']),
  ];
  if (differing.length === 0) return;
  log.line('restore', `WARNING: role "${wanted.name}" is left as it is: ${differing.join(', ')}`);
}
