import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { query } from './database';

jest.setTimeout(180_000);

/** What must stay on the host, with the job's log. */
const planted = {
  row: '4111-1111-1111-1111',
  raised: 'raised-5500-0000',
  detail: 'detail-6011-0009',
  hook: 'tok-9f2c77aa',
  service: 'tok-51cb33dd',
};

const hook = `#!/bin/sh
echo "login with ${planted.hook}"
echo "error: cannot log in with ${planted.hook}" >&2
exit 3
`;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    name: 'holdfast-no-data',
    fsync: false,
    config: {
      shop: { storage: 'near', lock: 'shop' },
      databases: {
        hooked: { changes: { hooks: { 'run-before-backup': hook } } },
        served: {
          changes: { backup: { method: 'cold' } },
          unit: { service: { kind: 'command', start: ['/bin/true'], stop: ['/nowhere'], status: ['/bin/true'] } },
        },
      },
    },
  });
  const program = join(stack.folder, 'stop-it');
  await writeFile(program, `#!/bin/sh\necho "error: cannot stop with ${planted.service}" >&2\nexit 4\n`);
  await chmod(program, 0o755);
  const config = await readFile(join(stack.folder, 'holdfast.yaml'), 'utf8');
  await writeFile(join(stack.folder, 'holdfast.yaml'), config.replace('/nowhere', program));
  await query(stack, 'CREATE DATABASE shop', 'postgres');
  // Rows that a restore refuses: it loads into a database of another name.
  await query(
    stack,
    `CREATE TABLE people (card text);
    CREATE FUNCTION verify(card text) RETURNS bool LANGUAGE plpgsql AS $f$ BEGIN
      IF current_database() <> 'shop' THEN
        RAISE EXCEPTION E'${planted.raised} of %\\npg_restore: error: % too', card, card USING DETAIL = '${planted.detail}';
      END IF;
      RETURN true;
    END $f$;
    ALTER TABLE people ADD CHECK (verify(card));
    INSERT INTO people VALUES ('${planted.row}')`,
  );
  await stack.holdfast.startWorkers();
});
afterAll(() => stack?.close());

/** The log of a job, which may have all of it. */
async function logOf(job: string): Promise<string> {
  return (await stack.holdfast.run('logs', job)).stdout;
}

interface Failed {
  readonly error: { readonly code: string; readonly message: string };
}

test('rows, texts of functions and what hooks and services print stay in the log of their job', async () => {
  const backup = await stack.holdfast.json<JobResult>('backup', 'shop');
  expect(backup.status).toBe('success');
  const failures = [
    await stack.holdfast.json<Failed>('restore', 'shop', 'latest', '--job-id', 'restoring', '--yes'),
    await stack.holdfast.json<Failed>('backup', 'hooked', '--job-id', 'hooking'),
    await stack.holdfast.json<Failed>('backup', 'served', '--job-id', 'serving'),
  ];
  expect(failures.map(({ error }) => error.code)).toEqual(['load-stopped', 'hook-failed', 'stop-failed']);
  expect(failures.map(({ error }) => error.message)).toEqual([
    expect.stringMatching(
      /load backup .* with pg_restore: .*rows of table public.people: COPY failed for table "people" for a reason that is in the log/,
    ),
    expect.stringMatching(/run hook run-before-backup of database "hooked": exit code 3/),
    expect.stringMatching(/stop unit "served\/0": .*exit code 4/),
  ]);
  const told = await everythingTold();
  for (const [what, value] of Object.entries(planted)) {
    for (const [place, text] of told) expect([what, place, text.includes(value)]).toEqual([what, place, false]);
  }
  expect(told.size).toBeGreaterThan(4);
  const logs = {
    restoring: await logOf('restoring'),
    hooking: await logOf('hooking'),
    serving: await logOf('serving'),
  };
  for (const value of [planted.row, planted.raised, planted.detail]) expect(logs.restoring).toContain(value);
  expect(logs.hooking).toContain(planted.hook);
  expect(logs.serving).toContain(planted.service);
});

/** What Temporal keeps of every workflow, and what is on the storage but for the logs and the data itself. */
async function everythingTold(): Promise<Map<string, string>> {
  const connection = await Connection.connect({ address: stack.temporal.address });
  const client = new Client({ connection });
  const told = new Map<string, string>();
  try {
    for await (const { workflowId, runId, raw } of client.workflow.list()) {
      const handle = client.workflow.getHandle(workflowId, runId);
      const { events } = await handle.fetchHistory();
      expect(events?.length).toBeGreaterThan(3);
      told.set(workflowId, [events, (await handle.describe()).raw, raw].map(textIn).join('\n'));
    }
  } finally {
    await connection.close();
  }
  const files = await readdir(join(stack.folder, 'near'), { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.json')))
    told.set(file, await readFile(join(stack.folder, 'near', file), 'utf8'));
  return told;
}

/** All texts in a message of Temporal's, also those that are bytes there. */
function textIn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(textIn).join('\n');
}
