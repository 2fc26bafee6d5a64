import type { ErrorEntry } from './errors';

/** Every failure Holdfast tells apart. CLI exit codes, retry policies and the documentation are made from this table. */
export const errorTable = {
  // 1: a defect of ours
  'internal-defect': {
    exit: 1,
    retried: false,
    message: 'run {operation}: unexpected failure: {reason}',
    hint: 'this is a defect of Holdfast; see the job with: holdfast show {job}',
  },

  // 2: wrong usage or configuration
  'usage-wrong': {
    exit: 2,
    retried: false,
    message: 'read the command line: {reason}',
    hint: 'see: holdfast {command} --help',
  },
  'configuration-missing': {
    exit: 2,
    retried: false,
    message: 'read configuration "{file}": no such file (looked for it in {searched})',
    hint: 'write one with: holdfast init',
  },
  'configuration-invalid': {
    exit: 2,
    retried: false,
    message: 'read configuration "{file}": {problems}',
    hint: 'correct the file, then try: holdfast doctor',
  },
  'secret-unresolved': {
    exit: 2,
    retried: false,
    message: 'resolve secret "{reference}" of "{key}": {reason}',
    hint: 'set it where the worker runs, then try: holdfast doctor',
  },
  'database-unknown': {
    exit: 2,
    retried: false,
    message: 'find database "{database}": the configuration knows {known}',
    hint: 'see the names with: holdfast list --help',
  },
  'storage-unknown': {
    exit: 2,
    retried: false,
    message: 'find storage "{storage}": the configuration knows {known}',
    hint: 'check the configuration with: holdfast doctor',
  },
  'unit-unknown': {
    exit: 2,
    retried: false,
    message: 'find unit "{unit}" of database "{database}": the configuration knows {known}',
    hint: 'check the configuration with: holdfast doctor',
  },
  'agent-running': {
    exit: 2,
    retried: false,
    message: 'start agent "{agent}": process {pid} runs it already on this host',
    hint: 'stop that one first, or see who serves with: holdfast doctor',
  },
  'request-invalid': {
    exit: 2,
    retried: false,
    message: 'read job request: {problems}',
    hint: 'see the accepted keys with: holdfast {command} --help',
  },
  'method-unsupported': {
    exit: 2,
    retried: false,
    message: 'plan {method} backup in mode "{mode}": {engine} offers {offered}',
    hint: 'choose one of them with: holdfast backup --method NAME --mode NAME',
  },
  'job-id-taken': {
    exit: 2,
    retried: false,
    message: 'start job "{job}": that id belongs to another request ({difference})',
    hint: 'choose another id, or look at that job with: holdfast show {job}',
  },
  'job-unknown': {
    exit: 2,
    retried: false,
    message: 'find job "{job}": neither Temporal nor the job records know it',
    hint: 'see the known ones with: holdfast jobs',
  },
  'schedule-unknown': {
    exit: 2,
    retried: false,
    message: 'find schedule "{schedule}": no such schedule of Holdfast',
    hint: 'see them with: holdfast schedule list',
  },
  'secret-in-request': {
    exit: 2,
    retried: false,
    message: 'read job request: storage-config carries keys, which would stay in the history in the clear',
    hint: 'name a configured storage instead: holdfast backup DATABASE --storage NAME',
  },

  // 3: refused by a check, nothing touched
  'agent-unreachable': {
    exit: 3,
    retried: false,
    message: 'reach agent "{agent}" for {step}: no worker took the step within {seconds} s',
    hint: 'start it on its host with: holdfast worker --agent {agent}',
  },
  'database-unreachable': {
    exit: 3,
    retried: false,
    message: 'connect to database "{database}" at {host}:{port}: {reason}',
    hint: 'start the database server, then try: holdfast doctor',
  },
  'database-credentials': {
    exit: 3,
    retried: false,
    message: 'connect to database "{database}" as "{user}": {reason}',
    hint: 'correct user and password in the configuration, then try: holdfast doctor',
  },
  'database-missing': {
    exit: 3,
    retried: false,
    message: 'open database "{database}" on {host}:{port}: no such database',
    hint: 'correct the key "database" in the configuration, then try: holdfast doctor',
  },
  'database-unready': {
    exit: 3,
    retried: false,
    message: 'check database "{database}": {reason}',
    hint: 'see what the server says, then try: holdfast doctor',
  },
  'database-role': {
    exit: 3,
    retried: false,
    message: 'check role "{user}" of database "{database}": {reason}',
    hint: '{remedy}; then try: holdfast doctor',
  },
  'database-blocked': {
    exit: 3,
    retried: false,
    message: 'check database "{database}": {reason}',
    hint: 'look at the last jobs with: holdfast jobs --database {database}',
  },
  'tool-missing': {
    exit: 3,
    retried: false,
    message: 'find tool "{tool}": not found in {searched}',
    hint: "install it on the agent's host ({package}), then try: holdfast doctor",
  },
  'tool-too-old': {
    exit: 3,
    retried: false,
    message: 'check tool "{tool}": version {version} is older than the server\'s {server}',
    hint: 'install the tools of version {server} ({package}), then try: holdfast doctor',
  },
  'space-short': {
    exit: 3,
    retried: false,
    message: 'check space on "{path}" for {purpose}: needs {needed}, has {available}',
    hint: '{remedy}; then try: holdfast doctor',
  },
  'service-missing': {
    exit: 3,
    retried: false,
    message: 'plan {action} of unit "{unit}": its service is of kind "none", which cannot be stopped',
    hint: 'configure a service for the unit, then try: holdfast doctor',
  },
  'repository-foreign': {
    exit: 3,
    retried: false,
    message:
      'claim repository "{repository}": it has backups from another cluster (system identifier {found}, this one has {expected})',
    hint: 'give this database its own prefix or name; see what is there with: holdfast list {database}',
  },
  'backup-unknown': {
    exit: 3,
    retried: false,
    message: 'find backup "{backup}" of database "{database}": not in the repository',
    hint: 'see what there is with: holdfast list {database}',
  },
  'backup-none': {
    exit: 3,
    retried: false,
    message: 'find the latest backup of database "{database}": the repository has no finished backup',
    hint: 'make one with: holdfast backup {database}',
  },
  'backup-unfinished': {
    exit: 3,
    retried: false,
    message:
      'use backup "{backup}" of database "{database}": it is {status}, and only a finished backup can be restored',
    hint: 'see the finished ones with: holdfast list {database}',
  },
  'backup-incompatible': {
    exit: 3,
    retried: false,
    message: 'use backup "{backup}" for database "{database}": {reason}',
    hint: 'see what fits with: holdfast list {database}',
  },
  'request-contradicts': {
    exit: 3,
    retried: false,
    message: 'plan restore of "{backup}": request says {asked}, its manifest says {found}',
    hint: 'leave that key out, or see the backup with: holdfast list {database}',
  },
  'target-exists': {
    exit: 3,
    retried: false,
    message: 'restore into "{target}": it exists already',
    hint: 'choose another name with: holdfast restore {database} --into NAME',
  },
  'manifest-unreadable': {
    exit: 3,
    retried: false,
    message: 'read manifest of backup "{backup}": {reason}',
    hint: 'check the backup with: holdfast verify {database} {backup}',
  },

  // 4: failed, the database is as before
  'hook-failed': {
    exit: 4,
    retried: false,
    message: 'run hook {hook} of database "{database}": {reason}',
    hint: 'see what it printed with: holdfast logs {job}',
  },
  'stop-failed': {
    exit: 4,
    retried: true,
    message: 'stop unit "{unit}": {reason}',
    hint: 'see what the service says with: holdfast logs {job}',
  },
  'fence-failed': {
    exit: 4,
    retried: true,
    message: 'block new connections to database "{database}": {reason}',
    hint: 'see the log with: holdfast logs {job}',
  },
  'dump-failed': {
    exit: 4,
    retried: false,
    message: 'dump database "{database}" with {tool}: {reason}',
    hint: 'see the log with: holdfast logs {job}',
  },
  'artefact-short': {
    exit: 4,
    retried: true,
    message: 'store artefact "{artefact}": {stored} bytes arrived of {produced}',
    hint: 'try again with: holdfast backup {database}',
  },
  'backup-sealed': {
    exit: 4,
    retried: false,
    message: 'seal backup "{backup}" of database "{database}": it is sealed already, with another manifest',
    hint: 'see it with: holdfast list {database}',
  },
  'log-upload-failed': {
    exit: 4,
    retried: false,
    message: 'upload log of job "{job}": {reason}',
    hint: 'check the storage with: holdfast doctor',
  },
  'backup-corrupt': {
    exit: 4,
    retried: false,
    message: 'verify artefact "{artefact}" of backup "{backup}": {reason}',
    hint: 'restore another one; see them with: holdfast list {database}',
  },
  'load-failed': {
    exit: 4,
    retried: false,
    message: 'load backup "{backup}" with {tool}: {reason}',
    hint: 'the live database was not touched; see the log with: holdfast logs {job}',
  },
  'swap-failed': {
    exit: 4,
    retried: true,
    message: 'swap restored data of database "{database}" in: {reason}',
    hint: 'the live database is in place; see the log with: holdfast logs {job}',
  },
  'restore-differs': {
    exit: 4,
    retried: false,
    message: 'compare restored database "{database}" with backup "{backup}": {differences}',
    hint: 'the old data is in place; see the log with: holdfast logs {job}',
  },
  'restore-unhealthy': {
    exit: 4,
    retried: false,
    message: 'start restored database "{database}": {reason}',
    hint: 'the old data is in place again; see the log with: holdfast logs {job}',
  },
  'job-cancelled': {
    exit: 4,
    retried: false,
    message: 'run job "{job}": cancelled by request',
    hint: 'start it anew with: holdfast {type} {database}',
  },
  'job-terminated': {
    exit: 4,
    retried: false,
    message: 'run job "{job}": {reason}',
    hint: 'the agent brings the database back up; check with: holdfast doctor',
  },
  'hold-lost': {
    exit: 4,
    retried: false,
    message: 'act on database "{database}" with token {token}: a later hold ({last}) has been seen',
    hint: 'see who holds the lock with: holdfast lock {database}',
  },
  'process-failed': {
    exit: 4,
    retried: false,
    message: 'run {tool}: {reason}',
    hint: 'see the log with: holdfast logs {job}',
  },
  'step-ended': {
    exit: 4,
    retried: true,
    message: 'run step {step}: ended by the agent: {reason}',
    hint: 'see the job with: holdfast show {job}',
  },
  'step-timed-out': {
    exit: 4,
    retried: false,
    message: 'run step {step}: {reason}',
    hint: 'see the job with: holdfast show {job}',
  },

  // 5: failed, the database needs a person
  'start-failed': {
    exit: 5,
    retried: true,
    message: 'start unit "{unit}": {reason}',
    hint: 'start it by hand NOW, then see: holdfast show {job}',
  },
  'unfence-failed': {
    exit: 5,
    retried: true,
    message: 'allow new connections to database "{database}" again: {reason}',
    hint: 'allow them by hand NOW, then see: holdfast show {job}',
  },
  'health-failed': {
    exit: 5,
    retried: true,
    message: 'check health of database "{database}": {reason}',
    hint: "look at the server's own log NOW, then see: holdfast show {job}",
  },
  'database-left-stopped': {
    exit: 5,
    retried: false,
    message: 'bring database "{database}" back up: {reason}',
    hint: 'start it by hand NOW, then see: holdfast show {job}',
  },
  'ledger-unreadable': {
    exit: 5,
    retried: false,
    message: 'read ledger "{file}": {reason}',
    hint: 'see whether the database is up, start it if not, remove that file, then try: holdfast doctor',
  },
  'restore-unrecoverable': {
    exit: 5,
    retried: false,
    message: 'restore database "{database}": {reason}; neither the old nor the new data is in service',
    hint: 'follow docs/recovering-by-hand.md, then see: holdfast show {job}',
  },
  'restore-no-way-back': {
    exit: 5,
    retried: false,
    message: 'restore database "{database}": {reason}; nothing was set aside (replace), so there is no way back',
    hint: 'restore it again; see the backups with: holdfast list {database}',
  },

  // 6: locked out
  'locked-out': {
    exit: 6,
    retried: false,
    message: 'take a hold of "{lock}" for job "{job}": held by {holder} after waiting {seconds} s',
    hint: 'see who holds and who waits with: holdfast lock {lock}',
  },

  // 7: Temporal cannot be reached
  'temporal-unreachable': {
    exit: 7,
    retried: true,
    message: 'connect to Temporal at "{address}": {reason}',
    hint: 'start it all on this machine with: holdfast up',
  },
  'temporal-namespace': {
    exit: 7,
    retried: false,
    message: 'use Temporal namespace "{namespace}": {reason}',
    hint: 'create it with: temporal operator namespace create {namespace}',
  },
  'temporal-server-missing': {
    exit: 7,
    retried: false,
    message: 'start the embedded Temporal server: {reason}',
    hint: 'install the temporal CLI, or name a service under "temporal" and try: holdfast doctor',
  },

  // 8: storage cannot be used
  'storage-credentials': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): credentials refused: {reason}',
    hint: 'correct access-key and secret-key, then try: holdfast doctor',
  },
  'storage-bucket': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): bucket unusable: {reason}',
    hint: 'correct bucket and region, then try: holdfast doctor',
  },
  'storage-region': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): wrong region: {reason}',
    hint: 'correct region or endpoint, then try: holdfast doctor',
  },
  'storage-tls': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): its certificate is not trusted: {reason}',
    hint: 'give the authority as tls-ca-chain, then try: holdfast doctor',
  },
  'storage-network': {
    exit: 8,
    retried: true,
    message: 'use storage "{storage}" ({place}): {reason}',
    hint: 'check endpoint and network with: holdfast doctor',
  },
  'storage-full': {
    exit: 8,
    retried: false,
    message: 'write to storage "{storage}" ({place}): {reason}',
    hint: 'make room, then try: holdfast doctor',
  },
  'storage-limit': {
    exit: 8,
    retried: false,
    message: 'upload "{key}" to storage "{storage}": {reason}',
    hint: 'raise part-size or max-parts of the storage, then try: holdfast doctor',
  },
  'storage-refused': {
    exit: 8,
    retried: false,
    message: 'use storage "{storage}" ({place}): {operation} refused: {reason}',
    hint: "correct the storage's settings, then try: holdfast doctor",
  },
  'object-missing': {
    exit: 8,
    retried: false,
    message: 'read "{key}" from storage "{storage}": no such object',
    hint: 'check the backup with: holdfast verify',
  },
  'object-changed': {
    exit: 8,
    retried: false,
    message: 'read "{key}" from storage "{storage}": {reason}',
    hint: 'find out who else writes there, then try: holdfast verify',
  },
} as const satisfies Record<string, ErrorEntry>;
