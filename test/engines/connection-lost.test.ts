import { tellsOfLostConnection } from '../../src/engines/postgresql/connection-lost';

test.each([
  'pg_dump: error: query failed: server closed the connection unexpectedly',
  'connection to server at "127.0.0.1", port 5432 failed: Connection refused',
  'pg_basebackup: error: could not receive data from WAL stream: server closed the connection unexpectedly',
  'pg_restore: error: could not execute query: no connection to the server',
  'SSL SYSCALL error: EOF detected',
])('"%s" tells of a server that went away', (reason) => {
  expect(tellsOfLostConnection(reason)).toBe(true);
});

test.each([
  'pg_dump: error: query failed: ERROR:  permission denied for table orders',
  'exit code 1',
  'could not write to file: No space left on device',
  'ERROR:  canceling statement due to statement timeout',
  'connection to server at "127.0.0.1" failed: FATAL:  password authentication failed for user "backup"',
  'pg_dump: error: query failed: FATAL:  terminating connection due to administrator command',
  'it lacks its end: its table of contents cannot be read',
])('"%s" tells of one that refused, or of something else', (reason) => {
  expect(tellsOfLostConnection(reason)).toBe(false);
});
