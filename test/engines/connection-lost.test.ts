import { isConnectionLost } from '../../src/engines/postgresql/connection-lost';

test.each([
  'pg_dump: error: query failed: server closed the connection unexpectedly',
  'pg_dump: error: query failed: FATAL:  terminating connection due to administrator command',
  'connection to server at "127.0.0.1", port 5432 failed: Connection refused',
  'pg_basebackup: error: could not receive data from WAL stream: server closed the connection unexpectedly',
  'pg_restore: error: could not execute query: no connection to the server',
  'connect ECONNREFUSED 127.0.0.1:5432',
  'Connection terminated unexpectedly',
  'FATAL:  the database system is starting up',
  'SSL SYSCALL error: EOF detected',
  'pg_dumpall: error: could not connect to database "postgres"',
])('"%s" tells of a server that went away', (reason) => {
  expect(isConnectionLost(reason)).toBe(true);
});

test.each([
  'pg_dump: error: query failed: ERROR:  permission denied for table orders',
  'exit code 1',
  'could not write to file: No space left on device',
  'ERROR:  canceling statement due to statement timeout',
  'connection to server at "127.0.0.1" failed: FATAL:  password authentication failed for user "backup"',
  'it lacks its end: its table of contents cannot be read',
])('"%s" tells of one that refused, or of something else', (reason) => {
  expect(isConnectionLost(reason)).toBe(false);
});
