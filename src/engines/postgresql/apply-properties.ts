import { escapeIdentifier, escapeLiteral } from 'pg';
import type { JobLog } from '../../pipeline/pipeline';
import { limiting, together } from './alter-database';
import { reasonOf } from './connection-failure';
import { settingTo } from './kept-setting';
import type { DatabaseProperties, Grant } from './portrait';
import type { Session } from './session';

/**
 * Gives the database `name` what the described one had besides its contents. Comes after its contents, which settings such as
 * default_transaction_read_only would refuse. What this server does not know (a setting of a newer version) is logged and left out.
 */
export async function applyProperties(
  session: Session,
  name: string,
  properties: DatabaseProperties,
  log: JobLog,
): Promise<void> {
  const database = escapeIdentifier(name);
  await together(session, [
    limiting(name, properties['connection-limit']),
    `ALTER DATABASE ${database} IS_TEMPLATE ${properties.template}`,
    `COMMENT ON DATABASE ${database} IS ${properties.comment === null ? 'NULL' : escapeLiteral(properties.comment)}`,
  ]);
  if (properties.grants !== null) await applyGrants(session, name, properties.owner, properties.grants);
  for (const setting of properties.settings) {
    const statement = `ALTER DATABASE ${database} SET ${settingTo(setting)}`;
    await orLogged(session, statement, `setting "${setting.name}"`, log);
  }
  for (const { role, ...setting } of properties['role-settings']) {
    const statement = `ALTER ROLE ${escapeIdentifier(role)} IN DATABASE ${database} SET ${settingTo(setting)}`;
    await orLogged(session, statement, `setting "${setting.name}" of role "${role}"`, log);
  }
  for (const { provider, label } of properties['security-labels']) {
    const labelling = `SECURITY LABEL FOR ${escapeIdentifier(provider)} ON DATABASE ${database}`;
    await orLogged(session, `${labelling} IS ${escapeLiteral(label)}`, `label of "${provider}"`, log);
  }
}

/** In the order in which they were given: one who passes a privilege on must have it first. */
async function applyGrants(session: Session, name: string, owner: string, grants: readonly Grant[]): Promise<void> {
  const database = escapeIdentifier(name);
  await together(session, [
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
    `REVOKE ALL ON DATABASE ${database} FROM ${escapeIdentifier(owner)}`,
    ...grants.flatMap(({ grantor, grantee, privilege, grantable }) => [
      `SET LOCAL ROLE ${escapeIdentifier(grantor)}`,
      `GRANT ${privilege} ON DATABASE ${database} TO ${grantee === null ? 'PUBLIC' : escapeIdentifier(grantee)}${
        grantable ? ' WITH GRANT OPTION' : ''
      }`,
      'RESET ROLE',
    ]),
  ]);
}

/** The statement itself stays out of the log: settings of applications hold secrets at times. */
async function orLogged(session: Session, statement: string, what: string, log: JobLog): Promise<void> {
  try {
    await session.query(statement);
  } catch (error) {
    log.line('restore', `WARNING: ${what} is not restored: ${reasonOf(error)}`);
  }
}
