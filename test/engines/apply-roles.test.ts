import { applyRoles } from '../../src/engines/postgresql/apply-roles';
import type { Portrait, Role } from '../../src/engines/postgresql/portrait';
import { withSession } from '../../src/engines/postgresql/session';
import { ownCluster } from './cluster';
import { startJob } from './job';

const cluster = ownCluster();
const password = 'a password of the tests';

const attributes = {
  SUPERUSER: false,
  INHERIT: true,
  CREATEROLE: false,
  CREATEDB: false,
  LOGIN: false,
  REPLICATION: false,
  BYPASSRLS: false,
};
const role = (name: string, changes: Partial<Role> = {}): Role => ({
  name,
  attributes,
  'connection-limit': -1,
  'valid-until': null,
  password: null,
  comment: null,
  settings: [],
  ...changes,
});

/** Only what is asked of it is looked at. */
function portraitOf(roles: readonly Role[], more: Partial<Portrait> = {}): Portrait {
  const database = { name: 'shop' } as Portrait['database'];
  return { 'format-version': 1, database, roles: [...roles], memberships: [], ...more };
}

const applied = (user: string, portrait: Portrait) => {
  const job = startJob(cluster, user === 'postgres' ? {} : { user, password });
  return withSession(job, { database: 'postgres' }, (session) => applyRoles(session, portrait, job.log));
};

const attributesOf = (name: string) =>
  cluster.sql('postgres', `SELECT rolsuper, rolbypassrls, rolconfig FROM pg_roles WHERE rolname = '${name}'`);

beforeAll(() =>
  cluster.sql(
    'postgres',
    `CREATE ROLE maker LOGIN CREATEROLE PASSWORD '${password}'`,
    `CREATE ROLE nobody LOGIN PASSWORD '${password}'`,
  ),
);

it('makes a role without the powers that only a superuser gives, and says so', async () => {
  const chief = role('chief', { attributes: { ...attributes, SUPERUSER: true, BYPASSRLS: true } });
  expect(await applied('maker', portraitOf([chief]))).toEqual([
    expect.stringMatching(/^role "chief" is made without SUPERUSER, BYPASSRLS: /),
  ]);
  expect(await attributesOf('chief')).toEqual([{ rolsuper: false, rolbypassrls: false, rolconfig: null }]);
});

it('says which roles it may not make, and goes on', async () => {
  expect(await applied('nobody', portraitOf([role('first'), role('second')]))).toEqual([
    expect.stringMatching(/^role "first" is not made: /),
    expect.stringMatching(/^role "second" is not made: /),
  ]);
});

it('leaves out a setting that this server does not take, and keeps the others with the role', async () => {
  const settings = [
    { name: 'work_mem', value: '7MB' },
    { name: 'a_setting_of_the_future', value: 'on' },
  ];
  expect(await applied('postgres', portraitOf([role('set', { settings })]))).toEqual([
    expect.stringContaining('setting "a_setting_of_the_future" of role "set" is not restored'),
  ]);
  expect(await attributesOf('set')).toMatchObject([{ rolconfig: ['work_mem=7MB'] }]);
});

it('grants by whoever restores what its grantor may not grant here, and does nothing when it runs again', async () => {
  const memberships = [{ role: 'first_group', member: 'a_member', grantor: 'gone', options: { ADMIN: false } }];
  const parameters = [
    { parameter: 'work_mem', grantor: 'gone', grantee: 'a_member', privilege: 'SET', grantable: false },
    { parameter: 'no_such_parameter', grantor: 'gone', grantee: 'a_member', privilege: 'SET', grantable: false },
  ];
  const portrait = portraitOf([role('first_group'), role('a_member')], { memberships, parameters });
  const refused = expect.stringMatching(/^SET on parameter "no_such_parameter" to a_member is not granted: /);
  expect(await applied('postgres', portrait)).toEqual([refused]);
  expect(await applied('postgres', portrait)).toEqual([refused]);
  expect(
    await cluster.sql(
      'postgres',
      `SELECT pg_has_role('a_member', 'first_group', 'MEMBER') AS member, has_parameter_privilege('a_member', 'work_mem', 'SET') AS may`,
    ),
  ).toEqual([{ member: true, may: true }]);
});
