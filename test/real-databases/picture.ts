import { join } from 'node:path';
import { escapeLiteral } from 'pg';
import { runTool } from '../../scripts/servers/run-tool';
import type { TestCluster } from '../engines/cluster';
import type { Expectation, Picture } from './situation';

/** Looks at a database with the tools of its own server. */
export async function takePicture(cluster: TestCluster, database: string): Promise<Picture> {
  const [dump, globals, settings] = await Promise.all([
    tool(cluster, database, 'pg_dump', '--create'),
    tool(cluster, 'postgres', 'pg_dumpall', '--globals-only'),
    cluster.sql(
      database,
      `SELECT name || ' = ' || setting || ' (' || source || ')' AS line FROM pg_settings
       WHERE source NOT IN ('default', 'override', 'client', 'session', 'command line') AND name <> 'port' ORDER BY 1`,
    ),
  ]);
  const withoutSuperuser = globals.split('\n').filter((line) => !/^(CREATE|ALTER) ROLE postgres\b/.test(line));
  return {
    dump,
    globals: withoutSuperuser.join('\n'),
    settings: settings.map(({ line }) => String(line)).join('\n'),
  };
}

/** Whether the second is the first again, but for what is expected to differ; `elsewhere`: on a server with a configuration of its own. */
export function expectSame(before: Picture, after: Picture, expected: Expectation = {}, elsewhere = false): void {
  const { apart = (picture: Picture) => picture } = expected;
  const [was, is] = [apart(before), apart(after)];
  expect(is.dump).toBe(was.dump);
  expect(is.globals).toBe(was.globals);
  expect(elsewhere ? ofDatabase(is.settings) : is.settings).toBe(elsewhere ? ofDatabase(was.settings) : was.settings);
}

function ofDatabase(settings: string): string {
  const lines = settings.split('\n');
  return lines.filter((line) => !line.endsWith('(configuration file)')).join('\n');
}

async function tool(cluster: TestCluster, database: string, program: string, ...args: string[]): Promise<string> {
  const { server } = cluster;
  const [encoding] = await cluster.sql(
    'postgres',
    `SELECT pg_encoding_to_char(encoding) AS name FROM pg_database WHERE datname = ${escapeLiteral(database)}`,
  );
  const env = {
    PGHOST: '127.0.0.1',
    PGPORT: String(server.port),
    PGUSER: 'postgres',
    PGPASSWORD: server.superuserPassword,
    PGDATABASE: database, // as an argument some names are taken for connection strings
    PGCLIENTENCODING: encoding?.['name'] === 'SQL_ASCII' ? 'SQL_ASCII' : 'UTF8', // the one that nothing can be converted from
    PGOPTIONS: '-c role=none', // a database may make somebody else of whoever connects
  };
  const { stdout } = await runTool(join(server.binDirectory, program), args, { env });
  // a key that is new each time, and the versions of server and tool
  return stdout.replaceAll(/^(\\(un)?restrict .*|-- Dumped .*)\n/gm, '');
}
