import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresServer } from '../../servers/postgres';

/** A service of kind `command` around pg_ctl that does not start the database when told not to. */
export interface StubbornService {
  /** For the key `service` of a unit. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The next so many starts fail. 0 puts it back. */
  refuse(starts: number): void;
  /** How often a start was asked for since the last `refuse`. */
  starts(): number;
}

type Cluster = Pick<PostgresServer, 'dataDirectory' | 'binDirectory' | 'logFile' | 'owner'>;

/** What its programs print when they refuse, and people must find in logs. */
export const refusal = 'not starting, on purpose';

/** Writes the programs into a new folder; nothing is started. */
export function makeStubbornService(folder: string, cluster: Cluster): StubbornService {
  mkdirSync(folder, { mode: 0o755 });
  const [left, asked] = [join(folder, 'refusals'), join(folder, 'starts')];
  const program = (name: string, script: string) => {
    const path = join(folder, name);
    write(path, `#!/bin/sh\n${script}\n`, 0o755);
    return [path];
  };
  const pgCtl = `'${cluster.binDirectory}/pg_ctl'`;
  const of = `-D '${cluster.dataDirectory}'`;
  const start = `echo start >> '${asked}'
left=$(cat '${left}')
if [ "$left" -gt 0 ]; then echo $((left - 1)) > '${left}'; echo 'error: ${refusal}' >&2; exit 1; fi
exec ${pgCtl} start ${of} -w -t 60 -l '${cluster.logFile}'`;
  const refuse = (starts: number) => {
    write(left, `${starts}\n`, 0o666); // the programs run as the server's own user
    write(asked, '', 0o666);
  };
  refuse(0);
  return {
    config: {
      kind: 'command',
      start: program('start', start),
      stop: program('stop', `exec ${pgCtl} stop ${of} -m fast -w -t 60`),
      status: program('status', `exec ${pgCtl} status ${of}`),
      user: cluster.owner,
    },
    refuse,
    starts: () => readFileSync(asked, 'utf8').split('\n').filter(Boolean).length,
  };
}

function write(path: string, text: string, mode: number): void {
  writeFileSync(path, text);
  chmodSync(path, mode);
}
