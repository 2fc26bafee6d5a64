import { findMajor } from '../../tools/find';
import { ownCluster } from '../engines/cluster';
import { realDatabases } from './suite';

const binDirectory = findMajor(17);
const cluster = ownCluster({}, { binDirectory });

realDatabases(cluster, [
  {
    title: 'a database whose roles have memberships from several grantors, with options of each, comes back as it was',
    targets: ['in-place', 'new-server'],
    job: { binDirectory },
    make: [
      // in the order of their names who grants comes after those who got it
      ...['team', 'zoe', 'yves', 'anna', 'bert'].map((role) => `CREATE ROLE ${role}`),
      'GRANT team TO zoe WITH ADMIN OPTION, INHERIT FALSE',
      'SET SESSION AUTHORIZATION zoe',
      'GRANT team TO yves WITH ADMIN TRUE, SET FALSE',
      'GRANT team TO anna WITH INHERIT FALSE',
      'RESET SESSION AUTHORIZATION',
      'SET SESSION AUTHORIZATION yves',
      'GRANT team TO anna WITH SET FALSE',
      'GRANT team TO bert',
      'RESET SESSION AUTHORIZATION',
      'GRANT team TO bert WITH INHERIT FALSE',
      'GRANT SET ON PARAMETER work_mem TO anna',
      // who makes a role is its member by the bootstrap superuser, which he could not grant himself
      'CREATE ROLE chief CREATEROLE',
      'SET SESSION AUTHORIZATION chief',
      'CREATE ROLE clerk',
      'GRANT clerk TO bert WITH ADMIN OPTION',
      'RESET SESSION AUTHORIZATION',
      'CREATE TABLE goods (id int)',
      'ALTER TABLE goods OWNER TO team',
    ],
  },
]);
