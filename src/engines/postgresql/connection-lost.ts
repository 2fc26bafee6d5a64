/** In the words of libpq, the node driver and the server itself, as tools and sessions report them. */
const signs = [
  /server closed the connection unexpectedly/i,
  /terminating connection due to/i,
  /terminating walsender/i,
  /terminating background worker/i,
  /connection terminated/i,
  /connection error and is not queryable/i,
  /connection not open|no connection to the server/i,
  /could not (receive|send) data (from|to) (the )?(server|client|WAL stream)/i,
  /lost (the )?connection/i,
  /connection refused|ECONNREFUSED|ECONNRESET/i,
  /connection reset by peer/i,
  /SSL SYSCALL error/i,
  /the database system is (shutting down|starting up|in recovery mode|not yet accepting connections)/i,
  /crash of another server process/i,
  /due to administrator command/i,
  /pg_dumpall: error: could not connect to database/i, // it keeps the reason to itself, and others have just been let in
];

/** Whether a failure's reason tells of a server that went away, as opposed to one that refused. */
export function isConnectionLost(reason: string): boolean {
  return signs.some((sign) => sign.test(reason));
}
