import { escapeIdentifier, escapeLiteral } from 'pg';
import { limiting, together } from './alter-database';
import { reasonOf, sqlState } from './connection-failure';
import { settingName, settingTo } from './kept-setting';
import { endangersLoad } from './neutral-settings';
import type { DatabaseProperties, Grant, KeptSetting } from './portrait';
import type { Session } from './session';

/** Sessions of the database that is made: one inside of it, for whatever is kept in its own encoding, and one of another, for names. */
export interface Making {
  readonly name: string;
  readonly outside: Session;
  readonly inside: Session;
  /** Is told what this server does not take (a setting of a newer version), which is left out then. */
  readonly warn: (what: string, text: string) => void;
  /** What was told before. */
  readonly refused: ReadonlyMap<string, string>;
}

/** Gives an empty database the words and settings that its data may depend on. */
export async function applyBeforeLoad(making: Making, properties: DatabaseProperties): Promise<void> {
  const { comment } = properties;
  await orTold(making, 'its comment', () =>
    making.inside.query(inside(`'COMMENT ON DATABASE %I IS '`, comment === null ? 'NULL' : escapeLiteral(comment))),
  );
  for (const { provider, label } of properties['security-labels']) {
    const labelling = `'SECURITY LABEL FOR ${escapeIdentifier(provider).replaceAll("'", "''").replaceAll('%', '%%')} ON DATABASE %I IS '`;
    await orTold(making, `the label of "${provider}"`, () =>
      making.inside.query(inside(labelling, escapeLiteral(label))),
    );
  }
  for (const entry of entriesOf(properties).filter(({ setting }) => !endangersLoad(setting.name))) {
    await applySetting(making, entry, false);
  }
}

/** The rest, which would have hindered the load or whoever looks at its result. Run again it changes nothing. */
export async function applyAfterLoad(making: Making, properties: DatabaseProperties): Promise<void> {
  const { name, outside } = making;
  await together(outside, [
    limiting(name, properties['connection-limit']),
    `ALTER DATABASE ${escapeIdentifier(name)} IS_TEMPLATE ${properties.template}`,
  ]);
  if (properties.grants !== null) await applyGrants(outside, name, properties.owner, properties.grants);
  const entries = entriesOf(properties).filter(({ what }) => !making.refused.has(what));
  if (!entries.some(({ setting }) => endangersLoad(setting.name))) return;
  for (const entry of entries) await applySetting(making, entry, true);
}

interface Entry {
  readonly what: string;
  readonly setting: KeptSetting;
  /** undefined: of the database itself. */
  readonly role?: string;
}

function entriesOf(properties: DatabaseProperties): Entry[] {
  return [
    ...properties.settings.map((setting) => ({ what: `setting "${setting.name}"`, setting })),
    ...properties['role-settings'].map(({ role, ...setting }) => ({
      what: `setting "${setting.name}" of role "${role}"`,
      setting,
      role,
    })),
  ];
}

/** Sets one; `anew`: at the end of the server's list, so that the list has the order in which they are set. */
async function applySetting(making: Making, { what, setting, role }: Entry, anew: boolean): Promise<void> {
  const oid = role === undefined ? undefined : await oidOf(making.outside, role);
  const change = (tail: string) =>
    making.inside.query(
      oid === undefined
        ? inside(`'ALTER DATABASE %I '`, tail)
        : inside(`'ALTER ROLE %2$I IN DATABASE %1$I '`, tail, oid),
    );
  await orTold(making, what, async () => {
    if (anew) await change(`RESET ${settingName(setting)}`);
    await change(`SET ${settingTo(setting)}`);
  });
}

/** `0`, which no role has, where it is not there. */
async function oidOf(session: Session, role: string): Promise<string> {
  const [found] = await session.query<{ oid: string }>('SELECT oid::text FROM pg_roles WHERE rolname = $1', [role]);
  return found?.oid ?? '0';
}

/**
 * A statement on the session's own database, whose name, and a role's, the server puts in by itself: what we see of a name here may have gone through another
 * encoding. `head` is a format in quotes, `tail` comes after it as it is.
 */
function inside(head: string, tail: string, role = '0'): string {
  const named = `format(${head}, current_database(), (SELECT rolname FROM pg_roles WHERE oid = ${role}))`;
  return `DO ${escapeLiteral(`BEGIN EXECUTE ${named} || ${escapeLiteral(tail)}; END`)}`;
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

/** What the server refuses is told; the statement itself stays out of what is told: settings of applications hold secrets at times. */
async function orTold({ warn }: Making, what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (sqlState(error) === undefined) throw error; // not the server's answer, but the want of one
    warn(what, `${what} is not restored: ${reasonOf(error)}`);
  }
}
