import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from './scene';

const bin = join(__dirname, '..', '..', 'bin');

/** Says how the shop, its jobs and its backups can be looked at while all of it keeps running. */
export async function inviteToLookAround(scene: Scene): Promise<void> {
  const { narrator, machine, jobs } = scene;
  const file = await writeEnvironment(scene);
  narrator.heading('Look around');
  narrator.block('  in a browser:');
  narrator.block(`    ${machine.uiAddress}/namespaces/default/workflows`);
  for (const { result } of jobs.entries) narrator.block(`    ${pageOf(machine.uiAddress, result['job-id'])}`);
  narrator.block('  in another terminal:');
  for (const line of [`source ${file}`, 'holdfast list shop', 'holdfast jobs', 'holdfast backup shop', 'psql'])
    narrator.block(`    ${line}`);
  narrator.block('\nCtrl-C ends all of it and removes it.');
}

function pageOf(uiAddress: string, jobId: string): string {
  return `${uiAddress}/namespaces/default/workflows/${encodeURIComponent(jobId)}`;
}

/** For a shell to read; only its owner may, since it holds the secrets. */
async function writeEnvironment({ machine }: Scene): Promise<string> {
  const { holdfast, postgres, temporalAddress, folder } = machine;
  const { PATH: _path, HOME: _home, LANG: _lang, TZ: _zone, ...ours } = holdfast.env;
  const psql = { PGHOST: '127.0.0.1', PGPORT: String(postgres.port), PGUSER: 'postgres', PGDATABASE: 'shop' };
  const variables = {
    ...ours,
    TEMPORAL_ADDRESS: temporalAddress,
    ...psql,
    PGPASSWORD: postgres.superuserPassword,
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);
  const file = join(folder, 'environment');
  await writeFile(file, [...lines, `export PATH='${bin}':"$PATH"`, ''].join('\n'), { mode: 0o600 });
  return file;
}
